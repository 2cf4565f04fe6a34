import { formatCount, formatScore } from "./format";

export interface Told {
  term: string;
  people: number;
  average_sentiment: number | null;
}

/** The text search `q` that asks for `term`, too; a phrase stands in quotes. */
export function withTerm(q: string, term: string): string {
  const asked = /[\s']/.test(term) ? `"${term}"` : term;
  return q.includes(asked) ? q : `${q} ${asked}`.trim();
}

/** 5,000 of 81,200 posts: how much of what matches was read for terms. */
export function sampleNote({ posts, sampled_posts }: { posts: number; sampled_posts: number }): string {
  return sampled_posts < posts
    ? `newest ${formatCount(sampled_posts)} of ${formatCount(posts)} posts`
    : `${formatCount(posts)} posts`;
}

const SMALLEST = 11;
const LARGEST = 34;

/** Font sizes whose area grows with the people who use a term; `room` in [0, 1] shrinks them all. */
export function sizeOf(people: number, most: number, room: number): number {
  return Math.round(SMALLEST + (LARGEST * room - SMALLEST) * Math.sqrt(people / Math.max(1, most)));
}

/** The same numbers in [0, 1) each time, so that a picture of the same terms is the same picture. */
export function steady(): () => number {
  let state = 0x5eed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the cloud shows, for those who do not see it. */
export function cloudSummary(terms: readonly Told[]): string {
  const first = terms
    .slice(0, 10)
    .map(
      ({ term, people, average_sentiment }) =>
        `${term} (${formatCount(people)}, ${formatScore(average_sentiment)})`,
    );
  return `The terms most people use, with how many and their mean sentiment: ${first.join(", ")}.`;
}

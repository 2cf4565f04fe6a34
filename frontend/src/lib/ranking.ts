import { wilson } from "./statistics";

/** What a list of groups can be sorted by, always the most first. */
export const ORDERS = ["posts", "negative", "positive", "churn", "toxic"] as const;
export type Order = (typeof ORDERS)[number];

export interface Ranked {
  key: string;
  posts: number;
  scored: number;
  positive: number;
  negative: number;
  average_churn_risk: number | null;
  churn_posts: number;
  average_toxicity: number | null;
  toxicity_posts: number;
}

/**
 * The groups in order. Shares and means go by the lower end of their 95 % interval, so that three cross posts do not
 * lead a list of thousands: a group must be large to be sure, and sure to be first.
 */
export function ranked<T extends Ranked>(groups: readonly T[], order: Order): T[] {
  const rank = (group: T) => rankOf(group, order);
  return [...groups].sort((a, b) => rank(b) - rank(a) || b.posts - a.posts || (a.key < b.key ? -1 : 1));
}

function rankOf(group: Ranked, order: Order): number {
  switch (order) {
    case "posts":
      return group.posts;
    case "negative":
      return lowerEnd(group.negative, group.scored);
    case "positive":
      return lowerEnd(group.positive, group.scored);
    case "churn":
      return lowerEnd((group.average_churn_risk ?? 0) * group.churn_posts, group.churn_posts);
    case "toxic":
      return lowerEnd((group.average_toxicity ?? 0) * group.toxicity_posts, group.toxicity_posts);
  }
}

/** Means of values in [0, 1] scatter no wider than yes and no, so the interval of a share holds for them, too. */
function lowerEnd(hits: number, sample: number): number {
  return wilson(hits, sample)?.low ?? -1;
}

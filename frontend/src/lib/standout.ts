import { sideOf } from "./lean";
import { FEW_POSTS, meansDiffer, wilson } from "./statistics";

/** What the numbers say in a sentence, and only what chance does not explain. Pure. */

interface Mean {
  scored: number;
  average_sentiment: number | null;
}

const FEELINGS = {
  positive: "People lean positive",
  neutral: "People are divided",
  negative: "People lean negative",
} as const;

/** How people feel; "No opinions yet" while nothing is scored. */
export function feelingOf({ scored, average_sentiment }: Mean): string {
  return scored === 0 ? "No opinions yet" : FEELINGS[sideOf(average_sentiment)];
}

export type Course = "better" | "worse" | "same";

/** Which way it goes against the time before; null where there is too little to compare with. */
export function courseOf(now: Mean, before: Mean): Course | null {
  if (Math.min(now.scored, before.scored) < FEW_POSTS) return null;
  const [later, earlier] = [shareOf(now), shareOf(before)];
  if (!meansDiffer(later, now.scored, earlier, before.scored)) return "same";
  return later > earlier ? "better" : "worse";
}

/** Whether the mean sentiment has moved by more than chance explains. */
export function hasMoved(now: Mean, before: Mean): boolean {
  const course = courseOf(now, before);
  return course === "better" || course === "worse";
}

/** The mean moved from [-1, 1] to [0, 1]. */
const shareOf = ({ average_sentiment }: Mean) => ((average_sentiment ?? 0) + 1) / 2;

/**
 * The group that is surely more negative than all together (`share`), and of several the one that is so by most: by the
 * lower end of its 95 % interval, so that no handful of posts stands out. Null where there is none.
 */
export function standout<T extends { negative: number; scored: number }>(
  groups: readonly T[],
  share: number,
): T | null {
  let found: T | null = null;
  let most = share;
  for (const group of groups) {
    const low = group.scored < FEW_POSTS ? 0 : (wilson(group.negative, group.scored)?.low ?? 0);
    if (low > most) [found, most] = [group, low];
  }
  return found;
}

import { formatCount, formatScore, plural } from "./format";
import { intervalOf, PERIOD_MS, type Range, rangeOf, shapeOf } from "./range";
import { FEW_POSTS } from "./statistics";

/** Monday first, as in ISO 8601. */
export const WEEKDAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

export interface Hour {
  /** 1 is Monday. */
  weekday: number;
  hour: number;
  /** How much of the range fell on it. */
  hours: number;
  posts: number;
  scored: number;
  unscored: number;
  average_sentiment: number | null;
}

/** `range`, or where it is shorter the seven days up to its end: less knows nothing of a week. */
export function weekRange(range: Range): Range {
  const { hours, interval } = shapeOf(range);
  if (hours >= 7 * 24) return range;
  if (interval === null) return "7d";
  const { end } = intervalOf(range, 0);
  return rangeOf(end - 7 * PERIOD_MS.day, end);
}

/** How much a cell knows: nothing was asked, nothing was written, little, enough. */
export type Certainty = "outside" | "empty" | "few" | "enough";

export function certaintyOf({ hours, scored }: Hour): Certainty {
  if (scored >= FEW_POSTS) return "enough";
  if (scored > 0) return "few";
  return hours > 0 ? "empty" : "outside";
}

/** Monday 14:00. */
export function nameOf({ weekday, hour }: Pick<Hour, "weekday" | "hour">): string {
  return `${WEEKDAYS[weekday - 1]} ${String(hour).padStart(2, "0")}:00`;
}

/** What one cell says, in words. */
export function describe(hour: Hour): string {
  const certainty = certaintyOf(hour);
  if (certainty === "outside") return "outside of the range";
  const unscored = hour.unscored > 0 ? `, ${formatCount(hour.unscored)} unscored` : "";
  if (certainty === "empty")
    return hour.posts > 0 ? `${plural(hour.posts, "post")}, none scored` : "no posts";
  const few = certainty === "few" ? ", too few to be sure" : "";
  return `${formatScore(hour.average_sentiment)} over ${plural(hour.scored, "scored post")}${unscored}${few}`;
}

/** The best and the worst hour of those that know enough; null where they are fewer than two. */
export function extremes(hours: readonly Hour[]): { best: Hour; worst: Hour } | null {
  const sure = hours
    .filter((hour) => certaintyOf(hour) === "enough" && hour.average_sentiment !== null)
    .sort((a, b) => (a.average_sentiment ?? 0) - (b.average_sentiment ?? 0));
  const [worst, best] = [sure[0], sure.at(-1)];
  return worst && best && worst !== best ? { best, worst } : null;
}

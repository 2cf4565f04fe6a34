import { type Bar, barsOf } from "../charts/bars";
import type { Period } from "./range";
import { cellOfMoment, type Table } from "./table";
import { TIERS, type TierName } from "./tiers";

/** Who read how much of each slice of time. Pure. */

export interface TierBar {
  start: number;
  end: number;
  posts: number;
  counts: Record<TierName, number>;
}

type Counted = Parameters<typeof barsOf>[0][number] & { key?: string | null | undefined };

/** Buckets by tier as bars, neighbours merged where there are more than `most`; counts stay exact. */
export function tierBarsOf(buckets: readonly Counted[], period: Period, most: number): TierBar[] {
  const bars = barsOf(buckets, period, most).map(({ start, end, posts }: Bar): TierBar => {
    const counts = Object.fromEntries(TIERS.map((tier) => [tier, 0])) as TierBar["counts"];
    return { start, end, posts, counts };
  });
  let place = 0;
  for (const { bucket, key, posts } of buckets) {
    const at = Date.parse(bucket);
    while (place < bars.length - 1 && at >= (bars[place]?.end ?? 0)) place += 1;
    const bar = bars[place];
    if (bar && (TIERS as readonly (string | null | undefined)[]).includes(key))
      bar.counts[key as TierName] += posts;
  }
  return bars;
}

/** Tiers that read anything, best first, each with its share of all posts. */
export function tierShares(bars: readonly TierBar[]): { tier: TierName; posts: number; share: number }[] {
  const posts = bars.reduce((sum, bar) => sum + bar.posts, 0);
  return TIERS.map((tier) => ({ tier, posts: bars.reduce((sum, bar) => sum + bar.counts[tier], 0) }))
    .filter((one) => one.posts > 0)
    .map((one) => ({ ...one, share: one.posts / posts }));
}

export interface TierSegment {
  tier: TierName;
  low: number;
  high: number;
}

/** Shares of one bar from the base line up, best first, so that what was read in full stands on it. */
export function tierStack(bar: TierBar): TierSegment[] {
  let low = 0;
  return TIERS.filter((tier) => bar.counts[tier] > 0).map((tier) => {
    const segment = { tier, low, high: low + bar.counts[tier] / bar.posts };
    low = segment.high;
    return segment;
  });
}

export function tierTable(bars: readonly TierBar[]): Table {
  return {
    columns: ["start", "end", "posts", ...TIERS],
    rows: bars.map(({ start, end, posts, counts }) => [
      cellOfMoment(start),
      cellOfMoment(end),
      posts,
      ...TIERS.map((tier) => counts[tier]),
    ]),
  };
}

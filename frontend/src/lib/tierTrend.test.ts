import { describe, expect, it } from "vitest";
import { someNumbers } from "../testing";
import { tierBarsOf, tierShares, tierStack, tierTable } from "./tierTrend";

const bucket = (hour: number, key: string, posts: number) => ({
  ...someNumbers({ posts }),
  bucket: new Date(Date.UTC(2026, 0, 5, hour)).toISOString(),
  key,
});

describe("who read how much over time", () => {
  it("is counted by slice and tier", () => {
    const bars = tierBarsOf(
      [bucket(10, "full", 6), bucket(10, "fast", 2), bucket(12, "unscored", 1), bucket(12, "fast", 3)],
      "hour",
      48,
    );
    expect(bars.map(({ posts, counts }) => [posts, counts.full, counts.fast, counts.unscored])).toEqual([
      [8, 6, 2, 0],
      [4, 0, 3, 1],
    ]);
    expect(tierShares(bars)).toEqual([
      { tier: "full", posts: 6, share: 0.5 },
      { tier: "fast", posts: 5, share: 5 / 12 },
      { tier: "unscored", posts: 1, share: 1 / 12 },
    ]);
    expect(tierStack(bars[0] as (typeof bars)[number])).toEqual([
      { tier: "full", low: 0, high: 0.75 },
      { tier: "fast", low: 0.75, high: 1 },
    ]);
    expect(tierTable(bars).rows[1]?.slice(2)).toEqual([4, 0, 0, 0, 3, 1]);
  });

  it("loses no post where slices are merged", () => {
    const buckets = Array.from({ length: 24 }, (_, hour) => [
      bucket(hour, "full", 2),
      bucket(hour, "fast", 1),
    ]).flat();
    const bars = tierBarsOf(buckets, "hour", 10);
    expect(bars.length).toBeLessThanOrEqual(10);
    expect(bars.reduce((sum, { counts }) => sum + counts.full, 0)).toBe(48);
    expect(bars.every(({ posts, counts }) => posts === counts.full + counts.fast)).toBe(true);
  });

  it("is nothing where there are no posts", () => {
    expect(tierBarsOf([], "hour", 48)).toEqual([]);
    expect(tierShares([])).toEqual([]);
  });
});

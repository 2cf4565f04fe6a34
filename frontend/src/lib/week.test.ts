import { expect, describe as group, it } from "vitest";
import { leanFill, leanReach, sideOf } from "./lean";
import { certaintyOf, describe, extremes, type Hour, nameOf, weekRange } from "./week";

const hour = (change: Partial<Hour> = {}): Hour => ({
  weekday: 1,
  hour: 9,
  hours: 1,
  posts: 40,
  scored: 40,
  unscored: 0,
  average_sentiment: 0.25,
  ...change,
});

group("weekRange", () => {
  it("looks back at least seven days from the end of the range", () => {
    expect(weekRange("15m")).toBe("7d");
    expect(weekRange("30d")).toBe("30d");
    expect(weekRange("2026-01-10T00:00Z/2026-01-10T06:00Z")).toBe("2026-01-03T06:00Z/2026-01-10T06:00Z");
    expect(weekRange("2026-01-01T00:00Z/2026-01-10T06:00Z")).toBe("2026-01-01T00:00Z/2026-01-10T06:00Z");
  });
});

group("a cell", () => {
  it.each([
    [hour(), "enough", "+0.25 over 40 scored posts"],
    [
      hour({ posts: 13, scored: 12, unscored: 1 }),
      "few",
      "+0.25 over 12 scored posts, 1 unscored, too few to be sure",
    ],
    [hour({ posts: 0, scored: 0, average_sentiment: null }), "empty", "no posts"],
    [hour({ posts: 2, scored: 0, unscored: 2, average_sentiment: null }), "empty", "2 posts, none scored"],
    [hour({ hours: 0, posts: 0, scored: 0, average_sentiment: null }), "outside", "outside of the range"],
  ])("says how much it knows", (cell, certainty, words) => {
    expect(certaintyOf(cell)).toBe(certainty);
    expect(describe(cell)).toBe(words);
  });

  it("has the name of its hour", () => {
    expect(nameOf({ weekday: 7, hour: 0 })).toBe("Sunday 00:00");
  });
});

group("extremes", () => {
  it("are of hours that know enough, and need two of them", () => {
    const loud = hour({ scored: 3, average_sentiment: -1 });
    const good = hour({ weekday: 2 });
    const bad = hour({ weekday: 3, average_sentiment: -0.5 });
    expect(extremes([loud, good, bad])).toEqual({ best: good, worst: bad });
    expect(extremes([loud, good])).toBeNull();
  });
});

group("lean", () => {
  it("has a side, a reach, and a colour between three", () => {
    expect([0.04, -0.05, 0.5, null].map(sideOf)).toEqual(["neutral", "negative", "positive", "neutral"]);
    expect(leanReach([0.1, null])).toBe(0.3);
    expect(leanReach([0.1, -0.8])).toBe(0.8);
    expect(leanFill(null, 0.5)).toBe("var(--uns)");
    expect(leanFill(-0.25, 0.5)).toBe("color-mix(in oklab, var(--neg) 50%, var(--uns))");
    expect(leanFill(0.9, 0.5)).toBe("color-mix(in oklab, var(--pos) 100%, var(--uns))");
  });
});

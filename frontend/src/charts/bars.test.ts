import { afterEach, describe, expect, it } from "vitest";
import { setTimeZone, wallClock } from "../lib/timeZone";
import { type Bar, barsOf, type Series, stackOf, stepFor } from "./bars";

const bucket = (at: string, positive: number, negative: number, average: number | null, unscored = 0) => ({
  bucket: at,
  posts: positive + negative + unscored,
  positive,
  negative,
  neutral: 0,
  unscored,
  scored: positive + negative,
  average_sentiment: average,
  average_toxicity: null,
  toxicity_posts: 0,
  churn_posts: 0,
  high_churn_risk: 0,
  emotions: null,
  emotion_posts: 0,
});

afterEach(() => setTimeZone(null));

describe("stepFor", () => {
  it("keeps buckets apart while they fit, then takes widths people think in", () => {
    expect(stepFor(60, "minute", 84)).toBe(1);
    expect(stepFor(360, "minute", 84)).toBe(5);
    expect(stepFor(168, "hour", 84)).toBe(2);
    expect(stepFor(168, "hour", 40)).toBe(6);
  });
});

describe("barsOf", () => {
  it("leaves a slice without posts out, as a gap", () => {
    const bars = barsOf(
      [bucket("2026-01-05T10:00:00Z", 1, 0, 0.5), bucket("2026-01-05T12:00:00Z", 2, 0, 0.5)],
      "hour",
      84,
    );
    expect(bars.map((bar) => (bar.end - bar.start) / 3_600_000)).toEqual([1, 1]);
    expect((bars[1]?.start ?? 0) - (bars[0]?.end ?? 0)).toBe(3_600_000);
  });

  it.each([
    ["Europe/Berlin", "2026-03-27T23:00Z", "2026-03-30T22:00Z"],
    ["Europe/London", "2026-10-23T23:00Z", "2026-10-27T00:00Z"],
    ["Asia/Kolkata", "2026-03-27T18:30Z", "2026-03-30T18:30Z"],
  ])("cuts six hours on the clocks of %s, changed or not, without a gap", (zone, from, until) => {
    setTimeZone(zone);
    const hours = [];
    for (let at = Date.parse(from); at < Date.parse(until); at += 3_600_000)
      hours.push(bucket(new Date(at).toISOString(), 1, 0, 0.5));
    const bars = barsOf(hours, "hour", 13);
    expect(bars.map(({ start }) => wallClock(start).slice(11)).slice(0, 4)).toEqual([
      "00:00",
      "06:00",
      "12:00",
      "18:00",
    ]);
    for (const [index, bar] of bars.entries()) {
      expect(bar.posts).toBe((bar.end - bar.start) / 3_600_000);
      expect(bar.start).toBe(bars[index - 1]?.end ?? Date.parse(from));
    }
  });

  it("lets a day last until the next, and begins weeks on Mondays", () => {
    setTimeZone("Europe/London");
    // Midnights around the 29 March, when clocks go forward.
    const midnights = ["2026-03-28T00:00Z", "2026-03-29T00:00Z", "2026-03-29T23:00Z", "2026-03-30T23:00Z"];
    const days = midnights.map((at) => bucket(at, 1, 0, 0.5));
    const spans = (bars: readonly Bar[]) => bars.map((bar) => [bar.start, bar.end].map(wallClock));
    expect(spans(barsOf(days, "day", 84)).slice(0, 3)).toEqual([
      ["2026-03-28T00:00", "2026-03-29T00:00"],
      ["2026-03-29T00:00", "2026-03-30T00:00"],
      ["2026-03-30T00:00", "2026-03-31T00:00"],
    ]);
    expect(spans(barsOf(days, "day", 1))).toEqual([
      ["2026-03-23T00:00", "2026-03-30T00:00"],
      ["2026-03-30T00:00", "2026-04-06T00:00"],
    ]);
  });

  it("keeps quarters of an hour that comes twice apart", () => {
    const minutes = [];
    for (let at = Date.parse("2026-10-25T00:00Z"); at < Date.parse("2026-10-25T02:00Z"); at += 60_000)
      minutes.push(bucket(new Date(at).toISOString(), 1, 0, 0.5));
    const bars = barsOf(minutes, "minute", 8);
    expect(bars.map(({ start, posts }) => [wallClock(start).slice(11), posts])).toEqual(
      ["02:00", "02:15", "02:30", "02:45", "02:00", "02:15", "02:30", "02:45"].map((at) => [at, 15]),
    );
  });

  it("merges neighbours without losing a post, averages weighed by scored posts", () => {
    const minutes = Array.from({ length: 360 }, (_, minute) =>
      bucket(new Date(Date.UTC(2026, 0, 5, 6, minute)).toISOString(), minute % 3, 1, minute % 2 ? 1 : -1, 1),
    );
    const bars = barsOf(minutes, "minute", 84);
    expect(bars).toHaveLength(72);
    const sum = (of: keyof Bar) => bars.reduce((total, bar) => total + Number(bar[of]), 0);
    expect(sum("posts")).toBe(minutes.reduce((total, minute) => total + minute.posts, 0));
    expect(sum("unscored")).toBe(360);
    const [first] = bars;
    // Scored per minute: 1, 2, 3, 1, 2; signs alternate from −1.
    expect(first?.average).toBeCloseTo((-1 + 2 - 3 + 1 - 2) / 9);
  });

  it("adds up what was read for the risks, and keeps them absent where nothing was", () => {
    const read = { average_toxicity: 0.4, toxicity_posts: 2, churn_posts: 2, high_churn_risk: 1 };
    const hours = [
      { ...bucket("2026-01-05T10:00:00Z", 1, 1, 0), ...read },
      // Read by a model without the risks: no share of the mean.
      bucket("2026-01-05T11:00:00Z", 8, 0, 0.5),
      // Read by both: only four of its posts have the risks.
      {
        ...bucket("2026-01-05T11:00:00Z", 6, 0, 0.5),
        ...read,
        average_toxicity: 0.1,
        toxicity_posts: 4,
        churn_posts: 6,
      },
      bucket("2026-01-06T11:00:00Z", 5, 0, 0.5),
    ];
    const [first, last] = barsOf(hours, "hour", 2);
    expect(first?.highChurn).toBe(2 / 8);
    expect(first?.toxicity).toBeCloseTo((2 * 0.4 + 4 * 0.1) / 6);
    expect([last?.highChurn, last?.toxicity]).toEqual([null, null]);
  });

  it("averages emotions over the posts read for them, whatever else was written", () => {
    const felt = (anger: number) => ({
      joy: 0.1,
      surprise: 0,
      sadness: 0,
      anger,
      fear: 0,
      disgust: 0,
      neutral: 0.5,
    });
    const [merged, unread] = barsOf(
      [
        { ...bucket("2026-01-05T10:00:00Z", 5, 4, 0.5), emotions: felt(0.2), emotion_posts: 1 },
        { ...bucket("2026-01-05T11:00:00Z", 3, 0, 0.5), emotions: felt(0.6), emotion_posts: 3 },
        bucket("2026-01-06T11:00:00Z", 3, 0, 0.5),
      ],
      "hour",
      2,
    );
    expect(merged?.emotionPosts).toBe(4);
    expect(merged?.emotions?.anger).toBeCloseTo(0.5);
    expect(merged?.emotions?.joy).toBeCloseTo(0.1);
    expect([unread?.emotions, unread?.emotionPosts]).toEqual([null, 0]);
  });

  it("begins merged bars at round hours of the viewer's day", () => {
    // Midnight in Berlin is 23:00 UTC of the day before.
    const hours = Array.from({ length: 48 }, (_, hour) =>
      bucket(new Date(Date.UTC(2026, 0, 4, 23 + hour)).toISOString(), 1, 0, 0.1),
    );
    const starts = barsOf(hours, "hour", 8).map((bar) => new Date(bar.start).getHours());
    expect(starts).toEqual([0, 6, 12, 18, 0, 6, 12, 18]);
  });

  it("draws nothing from nothing", () => expect(barsOf([], "hour", 84)).toEqual([]));
});

describe("stackOf", () => {
  const [bar] = barsOf([bucket("2026-01-05T10:00:00Z", 3, 1, 0.2, 4)], "hour", 84) as [Bar];
  const all = new Set<Series>(["positive", "neutral", "negative", "unscored"]);

  it("stacks posts from negative up", () => {
    expect(stackOf(bar, all, false).map(({ series, low, high }) => [series, low, high])).toEqual([
      ["negative", 0, 1],
      ["neutral", 1, 1],
      ["positive", 1, 4],
      ["unscored", 4, 8],
    ]);
  });

  it("takes shares of the scored posts alone", () => {
    expect(stackOf(bar, all, true).map(({ series, high }) => [series, high])).toEqual([
      ["negative", 0.25],
      ["neutral", 0.25],
      ["positive", 1],
    ]);
  });

  it("draws no share of nothing", () => {
    expect(stackOf(bar, new Set<Series>(["neutral"]), true)).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import {
  countChange,
  countryOf,
  formatAgo,
  formatBoth,
  formatCompact,
  formatCount,
  formatDuration,
  formatLocal,
  formatScore,
  formatShare,
  formatSpanUtc,
  formatUtc,
  languageOf,
  plural,
  scoreChange,
  shareChange,
  titleOf,
} from "./format";

const AT = Date.UTC(2026, 1, 5, 13, 3, 9);

describe("numbers", () => {
  it.each([
    [0, "0"],
    [1_234, "1,234"],
    [1_234_567, "1,234,567"],
    [-1_234.4, "-1,234"],
    [999.5, "1,000"],
    [-0.4, "0"],
    [null, "–"],
    [undefined, "–"],
  ])("counts: %s reads %s", (value, text) => expect(formatCount(value)).toBe(text));

  it.each([
    [9_999, "9,999"],
    [12_345, "12.3K"],
    [4_200_000, "4.2M"],
  ])("compact: %s reads %s", (value, text) => expect(formatCompact(value)).toBe(text));

  it("writes shares with one digit and absence as a dash, never as 0", () => {
    expect(formatShare(0.42371)).toBe("42.4\u202f%");
    expect(formatShare(0)).toBe("0.0\u202f%");
    expect(formatShare(null)).toBe("–");
  });

  it.each([
    [0.234, "+0.23"],
    [-0.4, "−0.40"],
    [0, "0.00"],
    [-0.001, "0.00"],
    [null, "–"],
  ])("scores: %s reads %s", (score, text) => expect(formatScore(score)).toBe(text));

  it("counts one post and many posts", () => {
    expect(plural(1, "post")).toBe("1 post");
    expect(plural(0, "post")).toBe("0 posts");
    expect(plural(2_000, "city", "cities")).toBe("2,000 cities");
  });
});

describe("changes", () => {
  it("compares counts relatively, and multiples beyond ten times", () => {
    expect(countChange(110, 100)).toEqual({ direction: "up", text: "+10.0\u202f%" });
    expect(countChange(90, 100)).toEqual({ direction: "down", text: "−10.0\u202f%" });
    expect(countChange(100, 100)).toEqual({ direction: "same", text: "0.0\u202f%" });
    expect(countChange(500, 10)).toEqual({ direction: "up", text: "×50" });
  });

  it("says nothing where there was next to nothing before", () => {
    expect(countChange(5, 0)).toBeNull();
    expect(countChange(75_000, 41)).toBeNull();
    expect(shareChange(0.5, null)).toBeNull();
    expect(scoreChange(null, 0.1)).toBeNull();
  });

  it("compares shares in percentage points, not in percent of percent", () => {
    expect(shareChange(0.5, 0.4)).toEqual({ direction: "up", text: "+10.0\u202fpp" });
  });

  it("calls a change that would read 0.00 the same", () => {
    expect(scoreChange(0.104, 0.1)).toEqual({ direction: "same", text: "0.00" });
  });
});

describe("times", () => {
  it.each([
    [1_000, "now"],
    [12_000, "12 s ago"],
    [3 * 60_000, "3 min ago"],
    [5 * 3_600_000, "5 h ago"],
    [49 * 3_600_000, "2 d ago"],
    [-180_000, "in 3 min"],
  ])("%s ms ago reads %s", (age, text) => expect(formatAgo(AT - age, AT)).toBe(text));

  it("rounds durations down", () => expect(formatDuration(119_999)).toBe("1 min"));

  it("shows the viewer's zone, here Berlin, and UTC", () => {
    expect(formatLocal(AT)).toBe("5 Feb 2026, 14:03:09");
    expect(formatLocal(Date.UTC(2026, 6, 5, 13, 3, 9))).toBe("5 Jul 2026, 15:03:09");
    expect(formatUtc(AT)).toBe("2026-02-05 13:03:09 UTC");
    expect(formatBoth(AT)).toBe("5 Feb 2026, 14:03:09 · 2026-02-05 13:03:09 UTC");
    expect(formatSpanUtc(AT, AT + 3_600_000)).toBe("2026-02-05 13:03 – 14:03 UTC");
    expect(formatSpanUtc(AT, AT + 86_400_000)).toBe("2026-02-05 13:03 – 2026-02-06 13:03 UTC");
  });
});

describe("names", () => {
  it("writes keys as people do", () => {
    expect(titleOf("twitter")).toBe("Twitter");
    expect(titleOf("customer_service")).toBe("Customer service");
    expect(titleOf("app_store")).toBe("App Store");
    expect(titleOf("US Airways")).toBe("US Airways");
  });

  it("names languages and countries, and shows what is no code as it came", () => {
    expect(languageOf("de")).toBe("German");
    expect(languageOf("not a language")).toBe("not a language");
    expect(countryOf("US")).toBe("United States");
    expect(countryOf("nowhere at all")).toBe("nowhere at all");
  });
});

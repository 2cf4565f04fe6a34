import { describe, expect, it } from "vitest";
import { intervalOf, parseRange, previousOf, type Range, rangeOf, rangeParameters, shapeOf } from "./range";

const at = (text: string) => Date.parse(text);

describe("parseRange", () => {
  it("takes presets, and intervals of whole minutes", () => {
    expect(parseRange("7d")).toBe("7d");
    expect(parseRange("2026-01-05T10:00Z/2026-01-05T12:30Z")).toBe("2026-01-05T10:00Z/2026-01-05T12:30Z");
  });

  it.each([
    "8d",
    "",
    "2026-01-05T10:00Z",
    "2026-01-05T10:00Z/",
    "2026-13-05T10:00Z/2026-14-05T12:30Z",
    "2026-01-05T10:00Z/2026-01-05T10:00Z",
    "2026-01-05T12:00Z/2026-01-05T10:00Z",
    "2020-01-05T12:00Z/2026-01-05T10:00Z",
    "2026-01-05/2026-01-06",
    "2026-01-05T10:00Z/2026-01-05T12:30Z/2026-01-05T13:30Z",
  ])("refuses %j", (text) => {
    expect(parseRange(text)).toBeNull();
  });
});

describe("rangeOf", () => {
  it("holds what it is given, in whole minutes, and is never empty", () => {
    const range = rangeOf(at("2026-01-05T10:00:20Z"), at("2026-01-05T10:02:01Z"));
    expect(range).toBe("2026-01-05T10:00Z/2026-01-05T10:03Z");
    expect(parseRange(range)).toBe(range);
    expect(rangeOf(at("2026-01-05T10:00Z"), at("2026-01-05T10:00Z"))).toBe(
      "2026-01-05T10:00Z/2026-01-05T10:01Z",
    );
  });
});

describe("shapeOf", () => {
  it.each<[Range, string]>([
    ["2026-01-05T10:00Z/2026-01-05T16:00Z", "minute"],
    ["2026-01-05T10:00Z/2026-01-05T16:01Z", "hour"],
    ["2026-01-05T10:00Z/2026-01-19T10:00Z", "hour"],
    ["2026-01-05T10:00Z/2026-01-20T10:00Z", "day"],
  ])("slices %s by the %s", (range, period) => {
    expect(shapeOf(range).period).toBe(period);
  });

  it("says an interval in the viewer's zone", () => {
    expect(shapeOf("2026-01-05T10:00Z/2026-01-05T12:30Z").title).toBe("time 5 Jan 2026, 11:00 – 13:30");
    expect(shapeOf("2026-01-05T10:00Z/2026-01-06T12:30Z").title).toBe(
      "time 5 Jan 2026, 11:00 – 6 Jan 2026, 13:30",
    );
    expect(shapeOf("2026-01-05T10:00Z/2026-01-05T12:30Z").previous).toBe("the 2 h before");
  });
});

describe("rangeParameters and intervalOf", () => {
  it("ask by length where the range ends now, else by its ends", () => {
    expect(rangeParameters("1h")).toEqual({ hours: 1 });
    expect(intervalOf("1h", at("2026-01-05T10:00Z"))).toEqual({
      start: at("2026-01-05T09:00Z"),
      end: at("2026-01-05T10:00Z"),
    });
    expect(rangeParameters("2026-01-05T10:00Z/2026-01-05T12:30Z")).toEqual({
      start_date: "2026-01-05T10:00:00.000Z",
      end_date: "2026-01-05T12:30:00.000Z",
    });
  });
});

describe("previousOf", () => {
  it("ends where the range begins, and is sliced alike", () => {
    const range: Range = "2026-01-05T10:00Z/2026-01-05T12:30Z";
    expect(previousOf(range, 0)).toBe("2026-01-05T07:30Z/2026-01-05T10:00Z");
    expect(previousOf("24h", at("2026-01-05T10:00Z"))).toBe("2026-01-03T10:00Z/2026-01-04T10:00Z");
    for (const preset of ["15m", "1h", "6h", "24h", "7d", "30d"] as const)
      expect(shapeOf(previousOf(preset, at("2026-01-05T10:00Z"))).period).toBe(shapeOf(preset).period);
  });
});

import { describe, expect, it } from "vitest";
import { behindWords, formatRate, sourceTable, streamWords } from "./sources";

const NOW = Date.UTC(2026, 0, 5, 12);

describe("sources in words", () => {
  it("tell rates of quiet and of busy ones", () => {
    expect([0, 0.3, 9.94, 1_234.4].map(formatRate)).toEqual(["0.0/s", "0.3/s", "9.9/s", "1,234/s"]);
  });

  it("tell how far the newest post is behind; a clock that is ahead is no lag", () => {
    expect([NOW + 60_000, NOW - 1_999, NOW - 61_000].map((newest) => behindWords(newest, NOW))).toEqual([
      "nothing",
      "nothing",
      "1 min",
    ]);
  });

  it("tell what waits in the stream", () => {
    expect(streamWords(null)).toBeUndefined();
    expect(streamWords({ entries: 0, seconds: 0 })).toBe("nothing waits in the stream");
    expect(streamWords({ entries: 1, seconds: 1.26 })).toBe("1 entry in the stream, the oldest for 1.3 s");
    expect(streamWords({ entries: 2_000, seconds: 75 })).toBe(
      "2,000 entries in the stream, the oldest for 1 min",
    );
  });

  it("export what is known, and leave empty what is not", () => {
    const source = {
      name: "synthetic",
      kind: "synthetic",
      state: "running" as const,
      published: 12,
      invalid: 1,
      resumed: 0,
      rate_per_minute: 60,
      rate_per_second: 1,
      last_post_at: null,
      newest_post_at: null,
      error: null,
      cursor: null,
      total: null,
      started_at: null,
      holder: null,
    };
    const late = { ...source, newest_post_at: new Date(NOW - 4_200).toISOString() };
    expect(sourceTable([source, late], NOW).rows.map((row) => row[4])).toEqual([null, 4]);
  });
});

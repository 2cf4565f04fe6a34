import { describe, expect, it } from "vitest";
import { around, type Mark, marksWithin } from "./marks";

const MINUTE = 60_000;
const mark = (id: string, start: number, end = start): Mark => ({
  id,
  kind: "alert",
  title: id,
  start,
  end,
  open: false,
});

describe("marksWithin", () => {
  it("keeps what touches the time, latest first", () => {
    const marks = [
      mark("past", 0, 9),
      mark("into", 5, 15),
      mark("in", 12),
      mark("over", 20, 30),
      mark("at end", 19),
    ];
    expect(marksWithin(marks, 10, 20).map(({ id }) => id)).toEqual(["at end", "in", "into"]);
  });
});

describe("around", () => {
  it("leaves room before and after", () => {
    expect(around(mark("moment", 60 * MINUTE))).toEqual({ start: 50 * MINUTE, end: 70 * MINUTE });
    expect(around(mark("hour", 60 * MINUTE, 120 * MINUTE))).toEqual({ start: 0, end: 180 * MINUTE });
  });
});

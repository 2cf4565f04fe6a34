import { describe, expect, it } from "vitest";
import { type Point, pathOf, runsOf } from "./lines";

const points = (...values: (number | null | undefined)[]): Point[] =>
  values.flatMap((value, index) =>
    value === undefined ? [] : [{ start: index * 10, end: index * 10 + 10, value }],
  );

describe("runsOf", () => {
  it("breaks where nothing was read, and where a slice is missing", () => {
    const lengths = (given: Point[]) => runsOf(given).map((run) => run.length);
    expect(lengths(points(1, 2, 3))).toEqual([3]);
    expect(lengths(points(1, null, 3, 4))).toEqual([1, 2]);
    expect(lengths(points(1, undefined, 3, 4))).toEqual([1, 2]);
    expect(lengths(points(null, null))).toEqual([]);
    expect(lengths([])).toEqual([]);
  });
});

describe("pathOf", () => {
  const same = (value: number) => value;

  it("goes through the middles of the slices", () => {
    expect(pathOf(points(1, 2), same, same)).toBe("M5,1L15,2");
  });

  it("shows a point that stands alone", () => {
    expect(pathOf(points(1, null, 3), same, same)).toBe("M2,1h6M22,3h6");
  });
});

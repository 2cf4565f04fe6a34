import { describe, expect, it } from "vitest";
import { angleOf, bandOf, markAt, pointAt } from "./gauge";

describe("the gauge", () => {
  it("turns from the left over the top to the right, and no further", () => {
    expect(angleOf(-1)).toBeCloseTo(-Math.PI / 2);
    expect(angleOf(0)).toBe(0);
    expect(angleOf(1)).toBeCloseTo(Math.PI / 2);
    expect(angleOf(3)).toBe(angleOf(1));
    const top = pointAt(0, 5);
    expect([top.x, top.y]).toEqual([0, -105]);
    expect(pointAt(-1).x).toBeCloseTo(-100);
    expect(pointAt(1).x).toBeCloseTo(100);
  });

  it("draws the same band whichever end is named first, and something for a mean of nothing", () => {
    expect(bandOf(0, 0.5)).toBe(bandOf(0.5, 0));
    expect(bandOf(0, 0)).not.toBe("");
    expect(bandOf(0, 0.5)).not.toBe(bandOf(0, -0.5));
  });

  it("sets a mark across the band, pointing at the middle", () => {
    const mark = markAt(0, 4, 6);
    expect([mark.x1, mark.x2]).toEqual([0, 0]);
    expect([mark.y1, mark.y2]).toEqual([-79, -106]);
  });
});

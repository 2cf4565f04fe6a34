import { describe, expect, it } from "vitest";
import { nearest, spaced, spanTitle, timeTick } from "./timeAxis";

const at = (text: string) => Date.parse(text);

describe("nearest", () => {
  it("finds the slice whose middle is nearest", () => {
    const slices = [
      { start: 0, end: 10 },
      { start: 10, end: 20 },
      { start: 40, end: 50 },
    ];
    expect([0, 11, 29, 31, 99].map((moment) => nearest(slices, moment))).toEqual([0, 1, 1, 2, 2]);
    expect(nearest([], 5)).toBeNull();
  });
});

describe("spaced", () => {
  it("keeps words inside, and leaves out those without room", () => {
    const ticks = [0, 30, 60, 110, 300].map((ms) => new Date(ms));
    const kept = spaced(ticks, (tick) => tick.getTime(), 14, 280);
    expect(kept.map((one) => one.at)).toEqual([14, 60, 110, 280]);
    expect(kept.map((one) => one.tick.getTime())).toEqual([0, 60, 110, 300]);
  });
});

describe("timeTick and spanTitle", () => {
  it("name midnight by its day, and slices by what they hold", () => {
    expect(timeTick(new Date("2026-01-05T23:00Z"), false)).toBe("6 Jan");
    expect(timeTick(new Date("2026-01-05T10:00Z"), false)).toBe("11:00");
    const slice = { start: at("2026-01-05T10:00Z"), end: at("2026-01-05T11:00Z") };
    expect(spanTitle(slice)).toBe("Mon 5 Jan, 11:00 – 12:00");
    expect(spanTitle({ start: at("2026-01-04T23:00Z"), end: at("2026-01-05T23:00Z") })).toBe("Mon 5 Jan");
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { fromField, toField } from "./datetimeField";
import { formatDayAndTime, formatSpan } from "./format";
import { atWallClock, offsetAt, setTimeZone, timeZone, wallClock } from "./timeZone";

const NOON = Date.parse("2026-07-05T12:00:00Z");

afterEach(() => setTimeZone(null));

describe("the viewer's zone", () => {
  it("is the browser's until another is chosen", () => {
    expect(timeZone()).toBe("Europe/Berlin");
    expect(offsetAt(NOON)).toBe(120);
    setTimeZone("Asia/Kathmandu");
    expect(timeZone()).toBe("Asia/Kathmandu");
    expect(offsetAt(NOON)).toBe(345);
    setTimeZone("America/St_Johns");
    expect(offsetAt(NOON)).toBe(-150);
    expect(() => setTimeZone("Middle/Earth")).toThrow(RangeError);
    expect(timeZone()).toBe("America/St_Johns");
  });

  it("is what every time is written in, fields included", () => {
    expect(formatDayAndTime(NOON)).toContain("14:00");
    setTimeZone("Pacific/Auckland");
    expect(formatDayAndTime(NOON)).toContain("Mon 6 Jul, 00:00".slice(-5));
    expect(formatSpan(NOON - 60_000, NOON)).toBe("5 Jul 2026, 23:59 – 6 Jul 2026, 00:00");
    expect(toField(NOON)).toBe("2026-07-06T00:00");
    expect(fromField("2026-07-06T00:00")).toBe(NOON);
  });

  it("finds the moment of a wall clock on both sides of a change of clocks", () => {
    setTimeZone("Europe/Berlin");
    for (const moment of ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:30:00Z"]) {
      expect(atWallClock(wallClock(Date.parse(moment)))).toBe(Date.parse(moment));
    }
    expect(atWallClock("soon")).toBeNaN();
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { setTimeZone } from "../lib/timeZone";
import { nearest, spaced, spanTitle, ticksOf, timeScale, timeTick } from "./timeAxis";

const at = (text: string) => Date.parse(text);

afterEach(() => setTimeZone(null));

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
    const ticks = [0, 30, 60, 110, 300];
    const kept = spaced(ticks, (tick) => tick, 14, 280);
    expect(kept.map((one) => one.at)).toEqual([14, 60, 110, 280]);
    expect(kept.map((one) => one.tick)).toEqual([0, 60, 110, 300]);
  });
});

describe("timeTick and spanTitle", () => {
  it("name midnight by its day, and slices by what they hold", () => {
    expect(timeTick(at("2026-01-05T23:00Z"))).toBe("6 Jan");
    expect(timeTick(at("2026-01-05T10:00Z"))).toBe("11:00");
    const slice = { start: at("2026-01-05T10:00Z"), end: at("2026-01-05T11:00Z") };
    expect(spanTitle(slice)).toBe("Mon 5 Jan, 11:00 – 12:00");
    expect(spanTitle({ start: at("2026-01-04T23:00Z"), end: at("2026-01-05T23:00Z") })).toBe("Mon 5 Jan");
    expect(spanTitle({ start: at("2026-01-04T23:00Z"), end: at("2026-01-11T23:00Z") })).toBe(
      "Mon 5 Jan – Sun 11 Jan",
    );
    expect(spanTitle({ start: at("2026-01-05T22:00Z"), end: at("2026-01-06T01:00Z") })).toBe(
      "Mon 5 Jan, 23:00 – Tue 6 Jan, 02:00",
    );
  });

  it("know a day of 23 hours, and one whose midnight is skipped", () => {
    expect(spanTitle({ start: at("2026-03-28T23:00Z"), end: at("2026-03-29T22:00Z") })).toBe("Sun 29 Mar");
    setTimeZone("Africa/Cairo");
    // At midnight clocks go to 01:00.
    expect(timeTick(at("2026-04-23T22:00Z"))).toBe("24 Apr");
    expect(spanTitle({ start: at("2026-04-23T22:00Z"), end: at("2026-04-24T21:00Z") })).toBe("Fri 24 Apr");
  });
});

describe("ticksOf", () => {
  const written = (zone: string | null, from: string, until: string, count = 8) => {
    setTimeZone(zone);
    return ticksOf(timeScale([at(from), at(until)], [0, 800]), count).map(timeTick);
  };
  const WEEK = ["2026-07-01T10:00Z", "2026-07-08T10:00Z"] as const;

  it.each(["Europe/Berlin", "Asia/Tokyo", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"])(
    "cuts days and hours on the clocks of %s, not the browser's",
    (zone) => {
      expect(written(zone, ...WEEK)).toEqual([2, 3, 4, 5, 6, 7, 8].map((day) => `${day} Jul`));
      const hours = written(zone, "2026-07-05T10:00Z", "2026-07-06T10:00Z");
      expect(hours.length).toBeGreaterThanOrEqual(8);
      for (const hour of hours) expect(hour).toMatch(/^(6 Jul|(03|06|09|12|15|18|21):00)$/);
      expect(hours).toContain("6 Jul");
    },
  );

  it("counts on through an hour that is skipped, and one that comes twice", () => {
    expect(written("Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T05:00Z")).toEqual([
      "29 Mar",
      "01:00",
      "03:00",
      "04:00",
      "05:00",
      "06:00",
      "07:00",
    ]);
    expect(written("Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T03:00Z", 5)).toEqual([
      "25 Oct",
      "01:00",
      "02:00",
      "02:00",
      "03:00",
      "04:00",
    ]);
    // All of it within the hour that comes twice: the clock shows less at the end than at the beginning.
    expect(written("Europe/Berlin", "2026-10-25T00:40Z", "2026-10-25T01:10Z", 4)).toEqual([
      "02:40",
      "02:45",
      "02:50",
      "02:55",
      "02:00",
      "02:05",
      "02:10",
    ]);
  });

  it("names each day once on both sides of a change of clocks", () => {
    const days = [24, 25, 26, 27].map((day) => `${day} Oct`);
    expect(written("Europe/Berlin", "2026-10-23T12:00Z", "2026-10-27T12:00Z", 4)).toEqual(days);
    setTimeZone("America/Havana");
    // Clocks go from 01:00 back to midnight: the day begins once.
    const midnights = ["2026-11-01T04:00Z", "2026-11-01T05:00Z"];
    expect(midnights.map((one) => timeTick(at(one)))).toEqual(["1 Nov", "00:00"]);
  });
});

/** The zone that times are shown in: the browser's, unless the viewer chose another. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let chosen: string | null = null;
let browser: string | null = null;
let parts: Intl.DateTimeFormat | null = null;

export const timeZone = (): string => {
  browser ??= browserZone();
  return chosen ?? browser;
};

/** Temporal, where there is one, knows it at once; Intl has to be set up first, which delays the first picture. */
function browserZone(): string {
  const { Temporal } = globalThis as { Temporal?: { Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Before anything is drawn; RangeError for a name that is no IANA zone. */
export function setTimeZone(zone: string | null): void {
  parts =
    zone === null
      ? null
      : new Intl.DateTimeFormat("en-GB", {
          timeZone: zone,
          hourCycle: "h23",
          year: "numeric",
          month: "2-digit",
          day: "2-digit",
          hour: "2-digit",
          minute: "2-digit",
        });
  chosen = zone;
}

/** By how many minutes its clocks are ahead of UTC at a moment, in ms since 1970. */
export function offsetAt(ms: number): number {
  if (parts === null) return -new Date(ms).getTimezoneOffset();
  const found = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
  return (Date.UTC(year, month - 1, day, hour, minute) - Math.floor(ms / MINUTE_MS) * MINUTE_MS) / MINUTE_MS;
}

/** What its clocks and calendars show, in ms as if they were those of UTC: for counting hours and days on them. */
export function shownAt(ms: number): number {
  return ms + offsetAt(ms) * MINUTE_MS;
}

/**
 * The moments at which they show that, earliest first: two for an hour that comes twice. One that is skipped reads as
 * if the clocks had not been changed, so that a skipped midnight is where its day begins.
 */
export function momentsOf(shown: number): [number, ...number[]] {
  const before = shown - offsetAt(shown - DAY_MS) * MINUTE_MS;
  const after = shown - offsetAt(shown + DAY_MS) * MINUTE_MS;
  if (shownAt(after) !== shown) return [before];
  return before < after && shownAt(before) === shown ? [before, after] : [after];
}

/** What they show, as 2026-01-05T11:00. */
export function wallClock(ms: number): string {
  return new Date(shownAt(ms)).toISOString().slice(0, 16);
}

/** The moment at which they show that; NaN for text that is no time. Of an hour that comes twice it is the second. */
export function atWallClock(text: string): number {
  const shown = Date.parse(`${text}Z`);
  return Number.isNaN(shown) ? shown : (momentsOf(shown).at(-1) ?? shown);
}

/** Whether a day of its calendar begins then: at midnight, or after it where the clocks skip that. */
export function isDayStart(ms: number): boolean {
  return wallClock(ms).slice(0, 10) !== wallClock(ms - 1).slice(0, 10);
}

/** A way to write moments in the zone, made at its first use. */
export function written(options: Intl.DateTimeFormatOptions): (ms: number) => string {
  let made: Intl.DateTimeFormat | null = null;
  let madeFor = "";
  return (ms) => {
    if (made === null || madeFor !== timeZone()) {
      madeFor = timeZone();
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: madeFor });
    }
    return made.format(ms);
  };
}

import { formatDuration, formatSpan } from "./format";

export const PRESETS = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
export type Preset = (typeof PRESETS)[number];
/** A preset that ends now, or an interval as in ISO 8601: 2026-01-05T10:00Z/2026-01-05T12:30Z. */
export type Range = Preset | `${string}/${string}`;
export type Period = "minute" | "hour" | "day";

export interface RangeShape {
  hours: number;
  period: Period;
  /** After "the": last 24 hours. */
  title: string;
  previous: string;
  /** In ms since 1970; null where the range ends now. */
  interval: { start: number; end: number } | null;
}

const PRESET_SHAPES: Record<Preset, Omit<RangeShape, "interval">> = {
  "15m": { hours: 0.25, period: "minute", title: "last 15 minutes", previous: "the 15 minutes before" },
  "1h": { hours: 1, period: "minute", title: "last hour", previous: "the hour before" },
  "6h": { hours: 6, period: "minute", title: "last 6 hours", previous: "the 6 hours before" },
  "24h": { hours: 24, period: "hour", title: "last 24 hours", previous: "the 24 hours before" },
  "7d": { hours: 168, period: "hour", title: "last 7 days", previous: "the 7 days before" },
  "30d": { hours: 720, period: "day", title: "last 30 days", previous: "the 30 days before" },
};

export const PERIOD_MS: Record<Period, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** Weeks begin with it: the first Monday after 1970 began, in ms. */
export const MONDAY = 4 * PERIOD_MS.day;
export const SHORTEST_MS = PERIOD_MS.minute;
/** A leap year: what the server answers for, too. */
export const LONGEST_MS = 366 * PERIOD_MS.day;

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/;

export function isPreset(range: string): range is Preset {
  return (PRESETS as readonly string[]).includes(range);
}

/** A range from the address; null for what is none, or too short, or too long. */
export function parseRange(text: string): Range | null {
  if (isPreset(text)) return text;
  const [first = "", last = "", ...rest] = text.split("/");
  if (rest.length > 0 || !MOMENT.test(first) || !MOMENT.test(last)) return null;
  const length = Date.parse(last) - Date.parse(first);
  return length >= SHORTEST_MS && length <= LONGEST_MS ? `${first}/${last}` : null;
}

/** The interval in whole minutes that holds [start, end), in ms since 1970. */
export function rangeOf(start: number, end: number): Range {
  const first = Math.floor(start / SHORTEST_MS) * SHORTEST_MS;
  const last = Math.max(first + SHORTEST_MS, Math.ceil(end / SHORTEST_MS) * SHORTEST_MS);
  return `${momentOf(first)}/${momentOf(last)}`;
}

const momentOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** Length, width of its slices, and words. */
export function shapeOf(range: Range): RangeShape {
  if (isPreset(range)) return { ...PRESET_SHAPES[range], interval: null };
  const [start = 0, end = 0] = range.split("/").map(Date.parse);
  const length = end - start;
  return {
    hours: length / PERIOD_MS.hour,
    period: length <= 6 * PERIOD_MS.hour ? "minute" : length <= 14 * PERIOD_MS.day ? "hour" : "day",
    title: `time ${formatSpan(start, end)}`,
    previous: `the ${formatDuration(length)} before`,
    interval: { start, end },
  };
}

/** As query parameters of what counts over a range. */
export function rangeParameters(range: Range): { hours: number } | { start_date: string; end_date: string } {
  const { hours, interval } = shapeOf(range);
  return interval === null ? { hours } : { start_date: isoOf(interval.start), end_date: isoOf(interval.end) };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** Its two ends, in ms since 1970. */
export function intervalOf(range: Range, now: number): { start: number; end: number } {
  const { hours, interval } = shapeOf(range);
  return interval ?? { start: now - hours * PERIOD_MS.hour, end: now };
}

/** The range of the same length before it. */
export function previousOf(range: Range, now: number): Range {
  const { start, end } = intervalOf(range, now);
  return rangeOf(start - (end - start), start);
}

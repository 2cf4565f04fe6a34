import { wallClock, written } from "./timeZone";

/** How numbers and times are written: the present moment is always a parameter. */

const NOTHING = "–";
const MINUS = "−";

/** What is dear to make, made at its first use: most of these are not needed to draw the first page. */
function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Like Intl's English numbers, which take 15 ms to set up: longer than the rest of the first picture's text. */
const whole = (value: number) => {
  const digits = Math.abs(value)
    .toFixed(0)
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 && digits !== "0" ? `-${digits}` : digits;
};
const short = once(() => new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }));

export function formatCount(value: number | null | undefined): string {
  return value == null ? NOTHING : whole(value);
}

/** 1,234 stays as it is; 12,345 becomes 12.3K. */
export function formatCompact(value: number | null | undefined): string {
  if (value == null) return NOTHING;
  return Math.abs(value) < 10_000 ? whole(value) : short().format(value);
}

/** A share of 1 as a percentage with one digit: 0.4237 becomes 42.4 %. */
export function formatShare(share: number | null | undefined): string {
  if (share == null) return NOTHING;
  return `${(share * 100).toFixed(1)}\u202f%`;
}

/** A score in [-1, 1] with its sign, which carries the meaning: +0.23, −0.40, 0.00. */
export function formatScore(score: number | null | undefined): string {
  return score == null ? NOTHING : signed(score, 2);
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value > 0 ? "+" : MINUS) + text;
}

export interface Change {
  direction: "up" | "down" | "same";
  text: string;
}

/** Change of a count, relative to before; null where there was too little before to compare with. */
export function countChange(now: number, before: number): Change | null {
  if (before === 0 || now / before > 100) return null;
  const ratio = (now - before) / before;
  const text =
    ratio < 10 ? `${signed(ratio * 100, 1)}\u202f%` : `×${formatCompact(Math.round(now / before))}`;
  return { direction: directionOf(ratio, 0.0005), text };
}

/** Change of a share, in percentage points. */
export function shareChange(
  now: number | null | undefined,
  before: number | null | undefined,
): Change | null {
  if (now == null || before == null) return null;
  const points = (now - before) * 100;
  return { direction: directionOf(points, 0.05), text: `${signed(points, 1)}\u202fpp` };
}

export function scoreChange(
  now: number | null | undefined,
  before: number | null | undefined,
): Change | null {
  if (now == null || before == null) return null;
  return { direction: directionOf(now - before, 0.005), text: signed(now - before, 2) };
}

function directionOf(difference: number, noise: number): Change["direction"] {
  if (Math.abs(difference) < noise) return "same";
  return difference > 0 ? "up" : "down";
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago: now, 12 s ago, 3 min ago, 5 h ago, 2 d ago; a moment ahead reads "in 3 min". */
export function formatAgo(then: number, now: number): string {
  const age = now - then;
  if (Math.abs(age) < 2 * SECOND) return "now";
  const text = formatDuration(Math.abs(age));
  return age >= 0 ? `${text} ago` : `in ${text}`;
}

/** One unit, rounded down: 59 s, 59 min, 23 h, 400 d. */
export function formatDuration(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** In the viewer's zone: 5 Feb 2026, 14:03:09. */
export const formatLocal = written({
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
export const formatClock = written({ hour: "2-digit", minute: "2-digit" });
export const formatClockSeconds = written({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const formatDayAndTime = written({
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
export const formatDay = written({ weekday: "short", day: "numeric", month: "short" });
export const formatShortDay = written({ day: "numeric", month: "short" });
const dayAndClock = written({
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** Two moments: 5 Feb 2026, 14:00 – 16:30, or each with its day. */
export function formatSpan(start: number, end: number): string {
  const sameDay = wallClock(start).slice(0, 10) === wallClock(end).slice(0, 10);
  return `${dayAndClock(start)} – ${sameDay ? formatClock(end) : dayAndClock(end)}`;
}

/** In UTC, for comparison with logs: 2026-02-05 13:03:09 UTC. */
export function formatUtc(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** In the viewer's zone and in UTC: 5 Feb 2026, 14:03:09 · 2026-02-05 13:03:09 UTC. */
export function formatBoth(moment: number): string {
  return `${formatLocal(moment)} · ${formatUtc(moment)}`;
}

/** A span in UTC: 2026-02-05 13:00 – 14:30 UTC, or each end with its day. */
export function formatSpanUtc(start: number, end: number): string {
  const [from, to] = [start, end].map((ms) => formatUtc(ms).slice(0, 16)) as [string, string];
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to} UTC`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** twitter becomes Twitter, app_store becomes App store; names that carry capitals are left alone. */
export function titleOf(key: string): string {
  const known = SPELLINGS[key];
  if (known) return known;
  const words = key.replaceAll(/[_-]+/g, " ").trim();
  return /\p{Lu}/u.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

const SPELLINGS: Record<string, string> = {
  app_store: "App Store",
  hackernews: "Hacker News",
  linkedin: "LinkedIn",
  rss: "RSS",
  tiktok: "TikTok",
  youtube: "YouTube",
  http: "HTTP",
  ios: "iOS",
};

const languages = once(() => new Intl.DisplayNames("en", { type: "language", fallback: "code" }));
const regions = once(() => new Intl.DisplayNames("en", { type: "region", fallback: "code" }));

export function languageOf(code: string): string {
  try {
    return languages().of(code) ?? code;
  } catch (error) {
    // Posts may carry any text as their language; what is not a code is shown as it came.
    if (error instanceof RangeError) return code;
    throw error;
  }
}

export function countryOf(code: string): string {
  try {
    return regions().of(code) ?? code;
  } catch (error) {
    if (error instanceof RangeError) return code;
    throw error;
  }
}

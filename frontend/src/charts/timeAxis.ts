import { type ScaleLinear, scaleLinear } from "d3-scale";
import { formatClock, formatDay, formatDayAndTime, formatShortDay } from "../lib/format";
import { MONDAY, PERIOD_MS } from "../lib/range";
import { isDayStart, momentsOf, shownAt } from "../lib/timeZone";

/** What charts over time have in common. */

export interface Span {
  start: number;
  end: number;
}

/** The index of the span whose middle is nearest to a moment; null where there is none. */
export function nearest(spans: readonly Span[], at: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  spans.forEach((span, index) => {
    const away = Math.abs((span.start + span.end) / 2 - at);
    if (away < distance) {
      distance = away;
      best = index;
    }
  });
  return best;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** From moments, in ms since 1970, to px. d3's own scale for this brings a formatter of dates, which is not used here. */
export function timeScale(moments: [number, number], px: [number, number]): ScaleLinear<number, number> {
  return scaleLinear(moments, px);
}

/** Steps from tick to tick that clocks and calendars have names for, in ms. */
const STEPS = [
  ...[1, 5, 15, 30].map((minutes) => minutes * PERIOD_MS.minute),
  ...[1, 3, 6, 12].map((hours) => hours * PERIOD_MS.hour),
  ...[1, 2, 7, 14, 28, 56].map((days) => days * PERIOD_MS.day),
];

/** About `count` round times of the viewer's clock, in ms since 1970. */
export function ticksOf(x: ScaleLinear<number, number>, count: number): number[] {
  const [from = 0, until = 0] = x.domain();
  const wanted = (until - from) / count;
  const step = STEPS.reduce((best, one) => (away(one, wanted) < away(best, wanted) ? one : best));
  // Cut on the clock that the viewer reads, which need not be the browser's. Where it is changed in between, it may
  // show less at the end than at the beginning.
  const changes = [shownAt(from) - from, shownAt(until) - until];
  const last = until + Math.max(...changes);
  const moments = new Set<number>();
  let shown = Math.ceil((from + Math.min(...changes) - MONDAY) / step) * step + MONDAY;
  for (; shown <= last; shown += step) for (const ms of momentsOf(shown)) moments.add(ms);
  return [...moments].filter((ms) => ms >= from && ms <= until).sort((a, b) => a - b);
}

/** By what factor a step is too wide or too narrow, on a scale where twice and half are equally far. */
const away = (step: number, wanted: number): number => Math.abs(Math.log(step / wanted));

/** Room for the words of a tick, in px. */
const TICK_WIDTH = 46;

/** Ticks with the place of their words, which stay between `low` and `high`; one with too little room is left out. */
export function spaced(
  ticks: readonly number[],
  x: (tick: number) => number,
  low: number,
  high: number,
): { tick: number; at: number }[] {
  const kept: { tick: number; at: number }[] = [];
  for (const tick of ticks) {
    const at = clamp(x(tick), low, high);
    if (at - (kept.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= TICK_WIDTH) kept.push({ tick, at });
  }
  return kept;
}

/** How a tick is written; midnight by its day. */
export function timeTick(tick: number): string {
  return isDayStart(tick) ? formatShortDay(tick) : formatClock(tick);
}

/** When a slice was: a day, several, or from one time to another. */
export function spanTitle({ start, end }: Span): string {
  const [first, last] = [formatDay(start), formatDay(end - 1)];
  if (isDayStart(start) && isDayStart(end)) return first === last ? first : `${first} – ${last}`;
  return `${formatDayAndTime(start)} – ${first === last ? formatClock(end) : formatDayAndTime(end)}`;
}

import { type ScaleLinear, scaleLinear } from "d3-scale";
import { timeTicks } from "d3-time";
import { formatClock, formatDay, formatDayAndTime, formatShortDay } from "../lib/format";
import { PERIOD_MS } from "../lib/range";
import { wallClock } from "../lib/timeZone";

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

/** About `count` round times of the viewer's clock. */
export function ticksOf(x: ScaleLinear<number, number>, count: number): Date[] {
  const [from = 0, until = 0] = x.domain();
  return timeTicks(new Date(from), new Date(until), count);
}

/** Room for the words of a tick, in px. */
const TICK_WIDTH = 46;

/** Ticks with the place of their words, which stay between `low` and `high`; one with too little room is left out. */
export function spaced(
  ticks: readonly Date[],
  x: (tick: Date) => number,
  low: number,
  high: number,
): { tick: Date; at: number }[] {
  const kept: { tick: Date; at: number }[] = [];
  for (const tick of ticks) {
    const at = clamp(x(tick), low, high);
    if (at - (kept.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= TICK_WIDTH) kept.push({ tick, at });
  }
  return kept;
}

/** How a tick is written; midnight by its day. */
export function timeTick(tick: Date, longSpan: boolean): string {
  const midnight = wallClock(tick.getTime()).endsWith("T00:00");
  if (midnight) return formatShortDay(tick.getTime());
  return longSpan ? formatDayAndTime(tick.getTime()).slice(-5) : formatClock(tick.getTime());
}

/** When a slice was: a day, several, or from one time to another. */
export function spanTitle(span: Span): string {
  if (span.end - span.start >= PERIOD_MS.day) {
    const last = span.end - 1;
    const one = formatDay(span.start);
    return span.end - span.start > 1.1 * PERIOD_MS.day ? `${one} – ${formatDay(last)}` : one;
  }
  return `${formatDayAndTime(span.start)} – ${formatClock(span.end)}`;
}

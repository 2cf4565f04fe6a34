import { formatDuration } from "../lib/format";
import { shownAt } from "../lib/timeZone";

/** How long a slice of time is, after "per": hour, 15 min; a day is one, whatever the clocks do. */
export function sliceTitle({ start, end }: { start: number; end: number }): string {
  const text = formatDuration(shownAt(end) - shownAt(start));
  return { "1 min": "minute", "1 h": "hour", "1 d": "day" }[text] ?? text;
}

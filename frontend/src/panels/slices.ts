import { formatDuration } from "../lib/format";

/** How long a slice of time is, after "per": hour, 15 min. */
export function sliceTitle({ start, end }: { start: number; end: number }): string {
  const text = formatDuration(end - start);
  return { "1 min": "minute", "1 h": "hour", "1 d": "day" }[text] ?? text;
}

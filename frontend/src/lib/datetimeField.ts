import { LONGEST_MS, type Range, rangeOf } from "./range";
import { atWallClock, wallClock } from "./timeZone";

/** What a native field of date and time holds: 2026-01-05T11:00, in the viewer's zone. */
export const toField = wallClock;

/** In ms since 1970; null for a field that is empty or not filled in yet. */
export function fromField(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const ms = atWallClock(text);
  return Number.isNaN(ms) ? null : ms;
}

export type Checked = { range: Range } | { field: "from" | "to"; problem: string };

/** The range of two fields, or which of them is wrong, and why. */
export function checkedRange(from: string, to: string, now: number): Checked {
  const start = fromField(from);
  const end = fromField(to);
  if (start === null) return { field: "from", problem: "Give a day and a time." };
  if (end === null) return { field: "to", problem: "Give a day and a time." };
  if (start >= now) return { field: "from", problem: "This lies ahead: nothing was written yet." };
  if (end <= start) return { field: "to", problem: "This must lie after the beginning." };
  if (end - start > LONGEST_MS) return { field: "to", problem: "A range may be a year long at most." };
  return { range: rangeOf(start, end) };
}

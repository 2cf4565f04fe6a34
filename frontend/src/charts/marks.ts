/** Something that happened, drawn on a chart over time. */
export interface Mark {
  id: string;
  kind: "alert" | "annotation";
  title: string;
  /** In ms since 1970; a moment has no length. */
  start: number;
  end: number;
  /** It goes on. */
  open: boolean;
}

/** Those that touch [from, until), latest first. */
export function marksWithin(marks: readonly Mark[], from: number, until: number): Mark[] {
  return marks
    .filter((mark) => mark.start < until && mark.end >= from)
    .sort((one, other) => other.start - one.start);
}

const LEAST_MS = 10 * 60_000;

/** A time to look at a mark in: as long again before and after, ten minutes at least. */
export function around(mark: Mark): { start: number; end: number } {
  const room = Math.max(LEAST_MS, mark.end - mark.start);
  return { start: mark.start - room, end: mark.end + room };
}

import { line } from "d3-shape";

/** One value of a line, in the middle of its slice of time. */
export interface Point {
  start: number;
  end: number;
  /** Null where nothing was read. */
  value: number | null;
}

const middle = (point: Point) => (point.start + point.end) / 2;
/** Slices with more than this many of their widths between them are not neighbours. */
const GAP = 1.6;

/** The points in runs without a gap: a slice of time without a value is no 0, the line breaks there. */
export function runsOf<P extends Point>(points: readonly P[]): P[][] {
  const runs: P[][] = [];
  let last: P | null = null;
  for (const point of points) {
    if (point.value === null) {
      last = null;
      continue;
    }
    const near = last !== null && middle(point) - middle(last) < GAP * (last.end - last.start);
    if (near) runs.at(-1)?.push(point);
    else runs.push([point]);
    last = point;
  }
  return runs;
}

/** The path through the points; a point alone is a short dash, so that it can be seen. */
export function pathOf(
  points: readonly Point[],
  x: (moment: number) => number,
  y: (value: number) => number,
): string {
  const through = line<Point>()
    .x((point) => x(middle(point)))
    .y((point) => y(point.value ?? 0));
  return runsOf(points)
    .map((run) => {
      const [only] = run;
      if (run.length > 1 || only === undefined) return through(run) ?? "";
      return `M${x(middle(only)) - 3},${y(only.value ?? 0)}h6`;
    })
    .join("");
}

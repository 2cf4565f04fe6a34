import type { Bar, Series } from "./bars";
import { type Point, pathOf } from "./lines";
import classes from "./TrendChart.module.css";

export interface TrendLine {
  series: Series | "posts";
  points: readonly Point[];
}

interface TrendLinesProps {
  lines: readonly TrendLine[];
  /** The time before, drawn under the time that is shown. */
  ghost: boolean;
  x(moment: number): number;
  y(value: number): number;
}

/** Half of the mark at the end of a line, in px. */
const MARK = 4;

export function TrendLines({ lines, ghost, x, y }: TrendLinesProps) {
  return lines.map(({ series, points }) => (
    <g key={series}>
      <path
        className={ghost ? classes.ghost : classes.line}
        data-series={series}
        d={pathOf(points, x, y)}
        data-testid={ghost ? "ghost" : undefined}
      />
      {!ghost && (
        <EndMark series={series} last={points.findLast(({ value }) => value !== null)} x={x} y={y} />
      )}
    </g>
  ));
}

interface EndMarkProps extends Pick<TrendLinesProps, "x" | "y"> {
  series: TrendLine["series"];
  last: Point | undefined;
}

/** Round is positive, square negative, as everywhere: the shape says what the colour says. */
function EndMark({ series, last, x, y }: EndMarkProps) {
  if (!last || (series !== "positive" && series !== "negative")) return null;
  return (
    <rect
      className={classes.end}
      data-series={series}
      x={x((last.start + last.end) / 2) - MARK}
      y={y(last.value ?? 0) - MARK}
      width={2 * MARK}
      height={2 * MARK}
      rx={series === "positive" ? MARK : 0.5}
    />
  );
}

/** One line per series: posts, or shares of the scored posts. */
export function linesOf(bars: readonly Bar[], shown: Iterable<Series>, shares: boolean): TrendLine[] {
  return [...shown].map((series) => ({
    series,
    points: bars.map((bar) => ({
      start: bar.start,
      end: bar.end,
      value: shares ? (bar.scored > 0 ? bar[series] / bar.scored : null) : bar[series],
    })),
  }));
}

/**
 * What to draw of the time before, moved by `shift` ms. Over bars it is one line, along what the bars are compared
 * by: their height, and for shares, where all are of the same height, their lowest part.
 */
export function ghostsOf(
  before: readonly Bar[],
  shift: number,
  shown: ReadonlySet<Series>,
  shares: boolean,
  lines: boolean,
): TrendLine[] {
  const moved = before.map((bar) => ({ ...bar, start: bar.start + shift, end: bar.end + shift }));
  if (lines) return linesOf(moved, shown, shares);
  if (shares) return shown.has("negative") ? linesOf(moved, ["negative"], true) : [];
  const points = moved.map((bar) => ({
    start: bar.start,
    end: bar.end,
    value: [...shown].reduce((sum, series) => sum + bar[series], 0),
  }));
  return [{ series: "posts", points }];
}

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

export function TrendLines({ lines, ghost, x, y }: TrendLinesProps) {
  return lines.map(({ series, points }) => (
    <path
      key={series}
      className={ghost ? classes.ghost : classes.line}
      data-series={series}
      d={pathOf(points, x, y)}
      data-testid={ghost ? "ghost" : undefined}
    />
  ));
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

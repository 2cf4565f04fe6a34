import type { ReactNode } from "react";
import classes from "./TimeChart.module.css";
import type { Span } from "./timeAxis";
import type { Brush } from "./useBrush";

interface TimeChartProps {
  width: number;
  height: number;
  /** Says the same in words, for those who do not see it. */
  summary: string;
  handlers: Brush["handlers"];
  children: ReactNode;
}

/** The picture of a chart over time, as soon as it has room. */
export function TimeChart({ width, height, summary, handlers, children }: TimeChartProps) {
  if (width === 0) return null;
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={summary}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read the slices one by one
      tabIndex={0}
      className={classes.chart}
      {...handlers}
    >
      {children}
    </svg>
  );
}

interface SelectionProps {
  selected: Span | undefined;
  x(moment: number): number;
  top: number;
  bottom: number;
}

/** What is selected, before it is chosen. */
export function Selection({ selected, x, top, bottom }: SelectionProps) {
  if (!selected) return null;
  const left = x(selected.start);
  return (
    <rect
      className={classes.selection}
      data-testid="brush"
      x={left}
      y={top}
      width={Math.max(1, x(selected.end) - left)}
      height={bottom - top}
    />
  );
}

import type { ReactNode } from "react";
import classes from "./TimeChart.module.css";
import { type Span, spanTitle } from "./timeAxis";
import type { Brush } from "./useBrush";

interface TimeChartProps {
  width: number;
  height: number;
  /** Says the same in words, for those who do not see it. */
  summary: string;
  slices: readonly Span[];
  /** The slice that is read. */
  read: Span | undefined;
  handlers: Brush["handlers"];
  children: ReactNode;
}

/**
 * The picture of a chart over time, as soon as it has room. To assistive technology it is a slider, whose arrow keys
 * reach it: those of a picture stay with the screen reader.
 */
export function TimeChart({ width, height, summary, slices, read, handlers, children }: TimeChartProps) {
  if (width === 0) return null;
  return (
    <svg
      width={width}
      height={height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys read the slices one by one
      role="slider"
      aria-label={summary}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, slices.length)}
      aria-valuenow={read ? slices.indexOf(read) + 1 : Math.max(1, slices.length)}
      aria-valuetext={read ? spanTitle(read) : "no time picked"}
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

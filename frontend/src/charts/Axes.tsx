import type { ScaleLinear } from "d3-scale";
import classes from "./Axes.module.css";
import { spaced, ticksOf, timeTick } from "./timeAxis";

const NARROW = 520;

interface AxesProps {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  width: number;
  height: number;
  /** How many lines to have across. */
  lines: number;
  write(value: number): string;
}

/** Lines across with their values, and times below. */
export function Axes({ x, y, width, height, lines, write }: AxesProps) {
  const [left = 0, right = 0] = x.range();
  return (
    <g>
      {y.ticks(lines).map((tick) => (
        <g key={tick} transform={`translate(0 ${y(tick)})`}>
          <line className={classes.grid} x1={left} x2={right} />
          <text className={classes.tick} x={left - 8} dy="0.32em" textAnchor="end">
            {write(tick)}
          </text>
        </g>
      ))}
      {spaced(ticksOf(x, width < NARROW ? 4 : 8), x, left + 14, width - 20).map(({ tick, at }) => (
        <text key={tick} className={classes.tick} x={at} y={height - 8} textAnchor="middle">
          {timeTick(tick)}
        </text>
      ))}
    </g>
  );
}

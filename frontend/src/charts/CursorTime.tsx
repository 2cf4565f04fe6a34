import { formatSpanUtc } from "../lib/format";
import classes from "./CursorTime.module.css";
import { clamp } from "./timeAxis";

/** Half the room for two ends with their days, in px. */
const HALF = 104;
const HEIGHT = 18;

interface CursorTimeProps {
  span: { start: number; end: number };
  /** Where it is on the axis, in px. */
  at: number;
  width: number;
  height: number;
}

/** The time that is read, in UTC, in front of the times of the axis. */
export function CursorTime({ span, at, width, height }: CursorTimeProps) {
  const middle = clamp(at, HALF, width - HALF);
  return (
    <g>
      <rect
        className={classes.ground}
        x={middle - HALF}
        y={height - 21}
        width={2 * HALF}
        height={HEIGHT}
        rx={5}
      />
      <text className={`${classes.text} numeric`} x={middle} y={height - 8} textAnchor="middle">
        {formatSpanUtc(span.start, span.end)}
      </text>
    </g>
  );
}

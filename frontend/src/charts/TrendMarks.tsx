import type { Mark } from "./marks";
import classes from "./TrendMarks.module.css";

interface TrendMarksProps {
  marks: readonly Mark[];
  x(moment: number): number;
  top: number;
  bottom: number;
}

const LEAST_WIDTH = 3;

/** What happened, behind the figures: alerts as bands, annotations as flags. Their words stand below the chart. */
export function TrendMarks({ marks, x, top, bottom }: TrendMarksProps) {
  return marks.map((mark) => {
    const [left = 0, right = 0] = [x(mark.start), x(mark.end)];
    const width = Math.max(LEAST_WIDTH, right - left);
    return (
      <g key={mark.id} className={classes.mark} data-kind={mark.kind} data-testid="trend-mark">
        {mark.end > mark.start && (
          <rect className={classes.band} x={left} y={top} width={width} height={bottom - top} />
        )}
        <line className={classes.edge} x1={left} x2={left} y1={top} y2={bottom} />
        {mark.kind === "alert" ? (
          <rect className={classes.bar} x={left} y={top} width={width} height={4} />
        ) : (
          <path className={classes.bar} d={`M${left} ${top}h11l-3.500 4 3.500 4h-11Z`} />
        )}
      </g>
    );
  });
}

import { scaleLinear, scaleSqrt } from "d3-scale";
import { line } from "d3-shape";
import type { CalibrationPoint } from "../lib/calibration";
import { formatShare, plural } from "../lib/format";
import classes from "./Reliability.module.css";

const SIZE = 240;
const MARGIN = { top: 10, right: 12, bottom: 34, left: 40 };
const TICKS = [0, 0.25, 0.5, 0.75, 1];

interface ReliabilityProps {
  promised: readonly CalibrationPoint[];
  found: readonly CalibrationPoint[];
  summary: string;
}

/** What a model said against how often it was right; on the diagonal it is as sure as it should be. */
export function Reliability({ promised, found, summary }: ReliabilityProps) {
  const x = scaleLinear([0, 1], [MARGIN.left, SIZE - MARGIN.right]);
  const y = scaleLinear([0, 1], [SIZE - MARGIN.bottom, MARGIN.top]);
  const most = Math.max(1, ...found.map(({ texts }) => texts));
  const radius = scaleSqrt([0, most], [2.5, 7]);
  const path = line<CalibrationPoint>()
    .x(({ said }) => x(said))
    .y(({ right }) => y(right));
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={summary} className={classes.svg}>
      {TICKS.map((tick) => (
        <g key={tick}>
          <line className={classes.grid} x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text className={classes.tick} x={MARGIN.left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
            {tick * 100}
          </text>
          <text className={classes.tick} x={x(tick)} y={SIZE - MARGIN.bottom + 14} textAnchor="middle">
            {tick * 100}
          </text>
        </g>
      ))}
      <text className={classes.axis} x={x(0.5)} y={SIZE - 4} textAnchor="middle">
        how sure, %
      </text>
      <text className={classes.axis} transform={`translate(10 ${y(0.5)}) rotate(-90)`} textAnchor="middle">
        how often right, %
      </text>
      <line className={classes.diagonal} x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      <path className={classes.promised} d={path([...promised]) ?? ""} />
      {found.map((point) => (
        <g key={point.said} className={classes.found}>
          <title>{told(point)}</title>
          <line
            x1={x(point.said)}
            x2={x(point.said)}
            y1={y(point.interval.low)}
            y2={y(point.interval.high)}
          />
          <circle cx={x(point.said)} cy={y(point.right)} r={radius(point.texts)} />
        </g>
      ))}
    </svg>
  );
}

function told({ said, right, texts, interval }: CalibrationPoint): string {
  return `${formatShare(said)} sure, ${formatShare(right)} right of ${plural(texts, "text")}, 95 % interval ${formatShare(interval.low)} to ${formatShare(interval.high)}`;
}

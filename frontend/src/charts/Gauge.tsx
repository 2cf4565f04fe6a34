import type { ReactNode } from "react";
import classes from "./Gauge.module.css";
import { bandOf, markAt, pointAt } from "./gauge";

const TICKS = [-1, -0.5, 0, 0.5, 1] as const;

interface GaugeProps {
  score: number;
  /** Where it stood before; null where nothing is compared. */
  before: number | null;
  summary: string;
  children: ReactNode;
}

/** A mean from -1 to +1: the band grows from the middle to where it stands, a hollow mark is where it stood. */
export function Gauge({ score, before, summary, children }: GaugeProps) {
  return (
    <div className={classes.gauge}>
      <svg viewBox="-132 -124 264 140" role="img" aria-label={summary}>
        <path className={classes.track} d={bandOf(-1, 1)} />
        <path className={classes.band} data-tone={score < 0 ? "negative" : "positive"} d={bandOf(0, score)} />
        {TICKS.map((tick) => {
          const at = pointAt(tick, 15);
          return (
            <text key={tick} className={classes.tick} x={at.x} y={at.y} dy="0.32em" textAnchor="middle">
              {tick > 0 ? `+${tick}` : String(tick).replace("-", "−")}
            </text>
          );
        })}
        {before !== null && <line className={classes.before} {...markAt(before, 3, 5)} />}
        <line className={classes.halo} {...markAt(score, 16, 4)} />
        <line className={classes.needle} {...markAt(score, 16, 4)} />
      </svg>
      <div className={classes.centre}>{children}</div>
    </div>
  );
}

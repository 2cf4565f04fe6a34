import { formatScore } from "../lib/format";
import classes from "./ScoreScale.module.css";

interface ScoreScaleProps {
  score: number | null;
  /** Null where there was nothing before, undefined where nothing is compared. */
  before: number | null | undefined;
}

/** The score on its scale from -1 to +1, with a hollow mark where it stood before. */
export function ScoreScale({ score, before }: ScoreScaleProps) {
  const at = (value: number) => `${((Math.max(-1, Math.min(1, value)) + 1) / 2) * 100}%`;
  return (
    <div className={classes.scale}>
      <div className={classes.track} aria-hidden="true">
        <span className={classes.zero} />
        {before != null && <span className={classes.before} style={{ left: at(before) }} />}
        {score !== null && <span className={classes.mark} style={{ left: at(score) }} />}
      </div>
      <div className={`${classes.ends} numeric`}>
        <span>−1</span>
        <span>
          {before === undefined ? "" : before === null ? "no data before" : `before: ${formatScore(before)}`}
        </span>
        <span>+1</span>
      </div>
    </div>
  );
}

import { formatScore } from "../lib/format";
import classes from "./ScoreScale.module.css";

/** The score on its scale from -1 to +1, with a hollow mark where it stood before. */
export function ScoreScale({ score, before }: { score: number | null; before: number | null }) {
  const at = (value: number) => `${((Math.max(-1, Math.min(1, value)) + 1) / 2) * 100}%`;
  return (
    <div className={classes.scale}>
      <div className={classes.track} aria-hidden="true">
        <span className={classes.zero} />
        {before !== null && <span className={classes.before} style={{ left: at(before) }} />}
        {score !== null && <span className={classes.mark} style={{ left: at(score) }} />}
      </div>
      <div className={`${classes.ends} numeric`}>
        <span>−1</span>
        <span>{before === null ? "no data before" : `before: ${formatScore(before)}`}</span>
        <span>+1</span>
      </div>
    </div>
  );
}

import classes from "./MeanBar.module.css";

interface MeanBarProps {
  value: number;
  /** Where it stood before, drawn as a hollow mark. */
  before: number | null;
  /** What fills the whole width; equal for all bars of one list. */
  reach: number;
  /** No news in itself: drawn in grey. */
  quiet: boolean;
}

/** A horizontal bar from 0; the number stands beside it in words. */
export function MeanBar({ value, before, reach, quiet }: MeanBarProps) {
  const percent = (at: number) => `${Math.min(1, at / reach) * 100}%`;
  return (
    <span className={classes.bar} data-quiet={quiet || undefined} aria-hidden="true">
      <span className={classes.fill} style={{ width: percent(value) }} />
      {before !== null && <span className={classes.before} style={{ left: percent(before) }} />}
    </span>
  );
}

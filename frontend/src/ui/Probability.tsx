import classes from "./Probability.module.css";

/** A row of a definition list: name, bar, percent. `mark`: from where on it counts as high. */
export function Probability({
  title,
  of,
  mark,
}: {
  title: string;
  of: number | null;
  mark?: number | undefined;
}) {
  const high = of !== null && mark !== undefined && of >= mark;
  return (
    <div className={classes.row} data-high={high || undefined}>
      <dt>{title}</dt>
      <dd className={classes.bar} aria-hidden="true">
        {of !== null && <span className={classes.fill} style={{ width: `${of * 100}%` }} />}
        {mark !== undefined && <span className={classes.mark} style={{ left: `${mark * 100}%` }} />}
      </dd>
      <dd className={`${classes.value} numeric`}>
        {of === null ? "not read" : `${Math.round(of * 100)}\u202f%`}
        {high && <span className={classes.high}> high</span>}
      </dd>
    </div>
  );
}

import classes from "./DivergingBar.module.css";

interface DivergingBarProps {
  negative: number;
  neutral: number;
  positive: number;
  /** Too few posts to say much: drawn as an outline. */
  uncertain: boolean;
  /** The share that fills half the width; equal for all bars of one list. */
  reach: number;
}

/** How far the bar goes to its longer side, as a share of its posts. */
export function reachOf({
  negative,
  neutral,
  positive,
}: Pick<DivergingBarProps, "negative" | "neutral" | "positive">) {
  const scored = negative + neutral + positive;
  return scored === 0 ? 0 : (Math.max(negative, positive) + neutral / 2) / scored;
}

/**
 * Shares about a common middle: half of the neutral posts on each side, negative to the left and
 * positive to the right, so that bars lean the way people feel.
 */
export function DivergingBar({ negative, neutral, positive, uncertain, reach }: DivergingBarProps) {
  const scored = negative + neutral + positive;
  if (scored === 0) return <span className={classes.bar} data-uncertain aria-hidden="true" />;
  const left = (negative + neutral / 2) / scored;
  const percent = (share: number) => `${(share / reach) * 50}%`;
  return (
    <span className={classes.bar} data-uncertain={uncertain || undefined} aria-hidden="true">
      <span className={classes.middle} />
      <span className={classes.stack} style={{ left: percent(reach - left), width: percent(1) }}>
        <span data-sentiment="negative" style={{ flexGrow: negative }} />
        <span data-sentiment="neutral" style={{ flexGrow: neutral }} />
        <span data-sentiment="positive" style={{ flexGrow: positive }} />
      </span>
    </span>
  );
}

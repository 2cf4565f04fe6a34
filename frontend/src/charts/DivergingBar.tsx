import classes from "./DivergingBar.module.css";

interface DivergingBarProps {
  negative: number;
  neutral: number;
  positive: number;
  /** Too few posts to say much: drawn as an outline. */
  uncertain: boolean;
}

/**
 * Shares about a common middle: half of the neutral posts on each side, negative to the left and
 * positive to the right, so that bars lean the way people feel.
 */
export function DivergingBar({ negative, neutral, positive, uncertain }: DivergingBarProps) {
  const scored = negative + neutral + positive;
  if (scored === 0) return <span className={classes.bar} data-uncertain aria-hidden="true" />;
  const left = (negative + neutral / 2) / scored;
  const percent = (share: number) => `${share * 50}%`;
  return (
    <span className={classes.bar} data-uncertain={uncertain || undefined} aria-hidden="true">
      <span className={classes.middle} />
      <span className={classes.stack} style={{ left: percent(1 - left), width: "50%" }}>
        <span data-sentiment="negative" style={{ flexGrow: negative }} />
        <span data-sentiment="neutral" style={{ flexGrow: neutral }} />
        <span data-sentiment="positive" style={{ flexGrow: positive }} />
      </span>
    </span>
  );
}

import { wilson } from "../lib/statistics";
import classes from "./DivergingBar.module.css";

/** Half the width is at least this share, so that even sides look even. */
const LEAST_REACH = 0.6;

interface Counts {
  negative: number;
  neutral: number;
  positive: number;
}

interface DivergingBarProps extends Counts {
  /** Too few posts to say much: drawn as an outline. */
  uncertain: boolean;
  /** The share that fills half the width; equal for all bars of one list. */
  reach: number;
}

/** How far the bar goes to its longer side, as a share of its posts. */
function reachOf({ negative, neutral, positive }: Counts) {
  const scored = negative + neutral + positive;
  return scored === 0 ? 0 : (Math.max(negative, positive) + neutral / 2) / scored;
}

/** The reach of all bars of one list. */
export function reachOfAll(rows: readonly Counts[]): number {
  return Math.min(1, Math.max(LEAST_REACH, ...rows.map(reachOf)));
}

/** Where the two ends of the bar may really be, from the middle: the 95 % intervals of both shares. */
export function whiskersOf(negative: number, neutral: number, positive: number) {
  const scored = negative + neutral + positive;
  const [left, right] = [wilson(negative, scored), wilson(positive, scored)];
  if (!left || !right) return [];
  const half = neutral / 2 / scored;
  return [
    ["negative", -half - left.high, -half - left.low],
    ["positive", half + right.low, half + right.high],
  ] as const;
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
  const whiskers = whiskersOf(negative, neutral, positive).map(
    ([side, low, high]) => [side, Math.max(-reach, low), Math.min(reach, high)] as const,
  );
  return (
    <span className={classes.bar} data-uncertain={uncertain || undefined} aria-hidden="true">
      <span className={classes.middle} />
      <span className={classes.stack} style={{ left: percent(reach - left), width: percent(1) }}>
        <span data-sentiment="negative" style={{ flexGrow: negative }} />
        <span data-sentiment="neutral" style={{ flexGrow: neutral }} />
        <span data-sentiment="positive" style={{ flexGrow: positive }} />
      </span>
      {whiskers.map(([side, low, high]) => (
        <span
          key={side}
          className={classes.whisker}
          style={{ left: percent(reach + low), width: percent(high - low) }}
        />
      ))}
    </span>
  );
}

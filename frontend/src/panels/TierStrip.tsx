import { useTiers } from "../api/hooks";
import type { Filters } from "../lib/filters";
import { formatCount } from "../lib/format";
import type { Range } from "../lib/range";
import { tierParts, waitingText } from "../lib/tiers";
import classes from "./TierStrip.module.css";

/** How well the posts of the range were read, and how many a better model has still to read. */
export default function TierStrip({ range, filters }: { range: Range; filters: Filters }) {
  const { data, isError, error, refetch } = useTiers(range, filters);
  if (isError && !data) {
    return (
      <section className={classes.strip} aria-label="Quality of reading">
        <p className={classes.failure} role="alert">
          The quality of reading could not be loaded: {error.message}
          <button type="button" onClick={() => void refetch()}>
            Try again
          </button>
        </p>
      </section>
    );
  }
  if (!data || data.posts === 0) return null;
  const parts = tierParts(data);
  const waiting = waitingText(data);
  return (
    <section className={`${classes.strip} numeric`} aria-label="Quality of reading" data-testid="tiers">
      <h2 className={classes.title}>Reading</h2>
      <div className={classes.bar} aria-hidden="true">
        {parts.map(({ tier, share }) => (
          <span key={tier} className={classes.part} data-tier={tier} style={{ flexGrow: share }} />
        ))}
      </div>
      <ul className={classes.words}>
        {parts.map(({ tier, posts, text }) => (
          <li key={tier} data-tier={tier} title={`${formatCount(posts)} posts`}>
            {text}
          </li>
        ))}
      </ul>
      {waiting && <p className={classes.waiting}>{waiting}</p>}
    </section>
  );
}

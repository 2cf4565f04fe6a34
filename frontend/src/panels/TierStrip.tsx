import { useTiers } from "../api/hooks";
import type { Tiers } from "../api/types";
import type { Filters } from "../lib/filters";
import { formatCount } from "../lib/format";
import type { Range } from "../lib/range";
import { tableOfFields } from "../lib/table";
import { tierParts, waitingText } from "../lib/tiers";
import { Strip } from "../ui/Strip";
import classes from "./TierStrip.module.css";

/** How well the posts of the range were read, and how many a better model has still to read. */
export default function TierStrip({ range, filters }: { range: Range; filters: Filters }) {
  return (
    <Strip
      title="Reading"
      about="Who read the posts of the chosen time that match. When more arrive than the full model can read, the fast model reads each at once and the full one reads them again, the least sure first. What no model could read is counted, and guessed by none."
      query={useTiers(range, filters)}
      csv={(tiers) => tableOfFields(tiers.items, ["tier", "posts", "share"])}
      testId="tiers"
    >
      {(tiers) => <Parts tiers={tiers} />}
    </Strip>
  );
}

function Parts({ tiers }: { tiers: Tiers }) {
  const parts = tierParts(tiers);
  const waiting = waitingText(tiers);
  if (parts.length === 0) return <p className={classes.none}>No post of this time matches.</p>;
  return (
    <>
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
    </>
  );
}

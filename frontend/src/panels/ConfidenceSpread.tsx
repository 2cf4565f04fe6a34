import { type TierConfidence, useConfidence } from "../api/models";
import type { Filters } from "../lib/filters";
import { formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import type { Table } from "../lib/table";
import { TIER_TITLES } from "../lib/tiers";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./ConfidenceSpread.module.css";

const HEIGHT = 200;

/** How sure each model was of its labels. */
export function ConfidenceSpread({ range, filters }: { range: Range; filters: Filters }) {
  const query = useConfidence(range, filters);
  const { title } = shapeOf(range);
  return (
    <Panel
      title="Confidence"
      about="Posts by the confidence of the label that counts, in tenths: the calibrated probability that it is right. People are neither more nor less sure, and what nobody could read has none. Updated once a minute."
      query={query}
      csv={query.data && (() => tableOf(query.data.items))}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={({ items }) => items.length === 0}
        empty={`No model has read a post of the ${title} that matches.`}
      >
        {({ items }) => (
          <div className={classes.spreads} data-testid="confidence">
            {items.map((one) => (
              <Spread key={one.tier} one={one} />
            ))}
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function Spread({ one }: { one: TierConfidence }) {
  const most = Math.max(...one.counts);
  const sure = one.counts.slice(8).reduce((sum, count) => sum + count, 0);
  return (
    <figure className={`${classes.spread} numeric`}>
      <figcaption>
        <strong>{TIER_TITLES[one.tier]}</strong>
        <span>
          {plural(one.posts, "post")}, mean {formatShare(one.average)}
        </span>
      </figcaption>
      <ol
        className={classes.bars}
        aria-label={`Posts by confidence, ${formatShare(sure / one.posts)} at 80\u202f% or more`}
      >
        {one.counts.map((count, place) => {
          const words = `${place * 10} to ${place * 10 + 10}\u202f% sure: ${plural(count, "post")}, ${formatShare(count / one.posts)}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a tenth is its place
            <li key={place} title={words}>
              <span className={classes.bar} style={{ height: `${(count / most) * 100}%` }} />
              <span className={classes.words}>{words}</span>
            </li>
          );
        })}
      </ol>
      <div className={classes.axis} aria-hidden="true">
        <span>0</span>
        <span>50</span>
        <span>100 %</span>
      </div>
    </figure>
  );
}

function tableOf(items: readonly TierConfidence[]): Table {
  return {
    columns: ["tier", "from", "to", "posts"],
    rows: items.flatMap(({ tier, counts }) =>
      counts.map((count, place) => [tier, place / 10, (place + 1) / 10, count]),
    ),
  };
}

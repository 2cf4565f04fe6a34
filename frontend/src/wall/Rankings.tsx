import { useGroups } from "../api/hooks";
import type { Grouping } from "../api/queries";
import { DivergingBar, reachOfAll } from "../charts/DivergingBar";
import type { Dimension } from "../lib/filters";
import { formatCompact, formatScore } from "../lib/format";
import { FEW_POSTS } from "../lib/statistics";
import { titleOfValue } from "../ui/useOptions";
import classes from "./Rankings.module.css";
import { SceneBody, type SceneProps } from "./SceneBody";

const ROWS = 5;

/** Where people are happy, and where they are cross. */
export function Places(props: SceneProps) {
  return (
    <div className={classes.pair}>
      <Ranking
        {...props}
        title="Cities"
        grouping="cities"
        dimension="city"
        empty="No post could be placed."
      />
      <Ranking
        {...props}
        title="Countries"
        grouping="countries"
        dimension="country"
        empty="No post could be placed."
      />
    </div>
  );
}

/** What people like, and where they say so. */
export function Products(props: SceneProps) {
  return (
    <div className={classes.pair}>
      <Ranking
        {...props}
        title="Products"
        grouping="products"
        dimension="product"
        empty="No post names a product."
      />
      <Ranking
        {...props}
        title="Channels"
        grouping="channels"
        dimension="channel"
        empty="No post belongs to a channel."
      />
    </div>
  );
}

interface RankingProps extends SceneProps {
  title: string;
  grouping: Grouping;
  dimension: Dimension;
  empty: string;
}

/** The groups with most posts; what few posts speak for is hatched and pale, as in the panels. */
function Ranking({ title, grouping, dimension, empty, range, filters }: RankingProps) {
  const groups = useGroups(grouping, range, filters, ROWS);
  return (
    <section className={classes.ranking}>
      <h2>{title}</h2>
      <SceneBody query={groups} isEmpty={({ items }) => items.length === 0} empty={empty}>
        {({ items }) => {
          const sure = items.filter((group) => group.scored >= FEW_POSTS);
          const reach = reachOfAll(sure);
          return (
            <ul className="numeric">
              {items.map((group) => {
                const few = group.scored < FEW_POSTS;
                return (
                  <li key={group.key} data-few={few || undefined}>
                    <span className={classes.name}>{titleOfValue(dimension, group.key) || "(none)"}</span>
                    <span className={classes.score}>{formatScore(group.average_sentiment)}</span>
                    <DivergingBar
                      negative={group.negative}
                      neutral={group.neutral}
                      positive={group.positive}
                      uncertain={few}
                      reach={reach}
                    />
                    <span className={classes.posts}>
                      {formatCompact(group.posts)} posts{few && ", few"}
                    </span>
                  </li>
                );
              })}
            </ul>
          );
        }}
      </SceneBody>
    </section>
  );
}

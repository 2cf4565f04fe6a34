import { VisuallyHidden } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { useGroups } from "../api/hooks";
import type { Grouping } from "../api/queries";
import type { Group } from "../api/types";
import { reachOfAll } from "../charts/DivergingBar";
import type { Dimension, Filters } from "../lib/filters";
import { formatCompact, formatCount, formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { ORDERS, ranked } from "../lib/ranking";
import { FEW_POSTS, wilson } from "../lib/statistics";
import type { Table } from "../lib/table";
import { Panel, PanelBody } from "../ui/Panel";
import { titleOfValue } from "../ui/useOptions";
import { LeanRow } from "./LeanRow";
import rows from "./LeanRow.module.css";
import classes from "./Ranking.module.css";
import { RankingHead } from "./RankingHead";

const ROWS = 7;
/** Groups with most posts among which the rows are chosen. */
const COMPARED = 50;
const ROW_HEIGHT = 37;

const parseOrder = parseAsStringLiteral(ORDERS).withDefault("posts").withOptions({ history: "push" });

export interface RankingProps {
  range: Range;
  filters: Filters;
  onPick(dimension: Dimension, value: string): void;
}

interface RankingSpec extends RankingProps {
  title: string;
  about: string;
  grouping: Grouping;
  dimension: Dimension;
  empty: string;
  /** More to choose, beside the title. */
  actions?: ReactNode;
}

/** Groups by number of posts, each leaning the way people feel. A click filters by it. */
export function Ranking(spec: RankingSpec) {
  const { title, about, grouping, dimension, empty, actions, range, filters, onPick } = spec;
  // Its own dimension stays open, so that what is chosen stands beside what it could be compared with.
  const groups = useGroups(grouping, range, { ...filters, [dimension]: [] }, COMPARED);
  const [order, setOrder] = useQueryState(`sort.${grouping}`, parseOrder);
  const chosen = filters[dimension];
  return (
    <Panel
      title={title}
      about={`${about} Negative leans left, positive right; the thin line at each end is the 95 % interval of that share (Wilson). Below ${FEW_POSTS} scored posts a bar is hatched: it says little. The heads of the columns sort, shares and means by the lower end of their interval, so that few posts lead no list. Churn and toxic are the mean churn risk and toxicity, absent where no model reads them. Click a row to filter by it.`}
      query={groups}
      actions={actions}
      csv={groups.data && (() => tableOf(dimension, groups.data.items))}
      subtitle={groups.data && shownOf(groups.data)}
    >
      <PanelBody
        query={groups}
        height={ROWS * ROW_HEIGHT + 22}
        lines
        isEmpty={(data) => data.items.length === 0}
        empty={`${empty} (${shapeOf(range).title})`}
      >
        {(data) => (
          <div
            className={`${classes.table} numeric`}
            data-testid={`ranking-${grouping}`}
            data-risks={data.items.some(hasRisks) || undefined}
          >
            <RankingHead
              order={order}
              risks={data.items.some(hasRisks)}
              onOrder={(next) => void setOrder(next)}
            />
            <ul className={rows.rows}>
              {ranked(data.items, order)
                .slice(0, ROWS)
                .map((group) => (
                  <Row
                    key={group.key}
                    group={group}
                    title={titleOfValue(dimension, group.key)}
                    reach={reachOfAll(data.items.filter((one) => one.scored >= FEW_POSTS))}
                    risks={data.items.some(hasRisks)}
                    chosen={chosen.includes(group.key)}
                    faded={chosen.length > 0 && !chosen.includes(group.key)}
                    onClick={() => onPick(dimension, group.key)}
                  />
                ))}
            </ul>
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function shownOf({ items, hasMore }: { items: readonly Group[]; hasMore: boolean }) {
  return items.length > ROWS ? `${ROWS} of ${items.length}${hasMore ? "+" : ""}` : undefined;
}

function tableOf(dimension: Dimension, groups: readonly Group[]): Table {
  return {
    columns: [dimension, ...MEASURES],
    rows: groups.map((group) => [group.key, ...MEASURES.map((measure) => group[measure])]),
  };
}

const MEASURES = [
  "posts",
  "positive",
  "neutral",
  "negative",
  "unscored",
  "scored",
  "average_sentiment",
  "high_churn_share",
  "average_toxicity",
] as const;

/** Whether a model read the group for churn risk or toxicity. */
function hasRisks({ average_churn_risk, average_toxicity }: Group): boolean {
  return average_churn_risk !== null || average_toxicity !== null;
}

interface RowProps {
  group: Group;
  title: string;
  reach: number;
  /** Some row of the list has them, so each has the columns. */
  risks: boolean;
  chosen: boolean;
  faded: boolean;
  onClick(): void;
}

function Row({ group, title, risks, ...row }: RowProps) {
  return (
    <LeanRow of={group} name={title || "(none)"} details={<Details group={group} title={title} />} {...row}>
      {risks && (
        <>
          <Risk title="churn" value={group.average_churn_risk} />
          <Risk title="toxic" value={group.average_toxicity} />
        </>
      )}
      <span>
        {formatCompact(group.posts)}
        <VisuallyHidden> posts</VisuallyHidden>
      </span>
    </LeanRow>
  );
}

/** In whole percent: the column is narrow, and the mean is no surer than that. */
function Risk({ title, value }: { title: string; value: number | null }) {
  return (
    <span className={classes.risk}>
      <span className={classes.riskTitle}>{title} </span>
      {value === null ? "–" : `${Math.round(value * 100)}\u202f%`}
    </span>
  );
}

function Details({ group, title }: { group: Group; title: string }) {
  const interval = wilson(group.negative, group.scored);
  return (
    <>
      <strong>{title}</strong>
      <br />
      {formatShare(group.positive_share)} positive, {formatShare(group.neutral_share)} neutral,{" "}
      {formatShare(group.negative_share)} negative
      {interval && (
        <>
          <br />
          negative between {formatShare(interval.low)} and {formatShare(interval.high)} (95 %)
        </>
      )}
      {hasRisks(group) && (
        <>
          <br />
          {formatShare(group.high_churn_share)} at high churn risk, mean{" "}
          {formatShare(group.average_churn_risk)}; toxicity {formatShare(group.average_toxicity)}
        </>
      )}
      <br />
      {plural(group.posts, "post")}
      {group.unscored > 0 && `, of them ${formatCount(group.unscored)} unscored`}
      {group.scored < FEW_POSTS && " – too few to be sure"}
    </>
  );
}

import { useOverall } from "../api/hooks";
import type { Numbers } from "../api/types";
import { Donut } from "../charts/Donut";
import type { Filters } from "../lib/filters";
import { formatCompact, formatCount, formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { type Scored, SENTIMENT_TITLES } from "../lib/sentiment";
import { wilson } from "../lib/statistics";
import type { Table } from "../lib/table";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Distribution.module.css";

const ORDER: readonly Scored[] = ["positive", "neutral", "negative"];

export default function Distribution({ range, filters }: { range: Range; filters: Filters }) {
  const overall = useOverall(range, filters);
  const current = useCurrentNumbers(range, filters);
  return (
    <Panel
      title="Distribution"
      about="How the scored posts divide. Behind each share is its 95 % interval (Wilson): with few posts it is wide, and the share says little. Posts no model could read are listed apart."
      query={overall}
      csv={overall.data && (() => tableOf(current ?? overall.data.current))}
    >
      <PanelBody
        query={overall}
        height={216}
        isEmpty={(data) => data.current.posts === 0}
        empty={`No posts in the ${shapeOf(range).title} match.`}
      >
        {(data) => <Shares numbers={current ?? data.current} />}
      </PanelBody>
    </Panel>
  );
}

function Shares({ numbers }: { numbers: Numbers }) {
  const { scored, unscored } = numbers;
  return (
    <div className={classes.distribution} data-testid="distribution">
      <Donut
        slices={ORDER.map((sentiment) => ({ sentiment, posts: numbers[sentiment] }))}
        summary={summaryOf(numbers)}
      >
        <span className={`${classes.total} numeric`}>{formatCompact(scored)}</span>
        <span className={classes.unit}>scored</span>
      </Donut>
      <ul className={`${classes.list} numeric`}>
        {ORDER.map((sentiment) => {
          const interval = wilson(numbers[sentiment], scored);
          return (
            <li key={sentiment} data-sentiment={sentiment}>
              <Icon name={sentiment} size={18} />
              <span className={classes.label}>{SENTIMENT_TITLES[sentiment]}</span>
              <span className={classes.share}>
                {formatShare(scored > 0 ? numbers[sentiment] / scored : null)}
              </span>
              <span className={classes.detail}>{plural(numbers[sentiment], "post")}</span>
              <span className={classes.detail}>
                {interval && `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`}
              </span>
            </li>
          );
        })}
        <li data-sentiment="unscored">
          <Icon name="unscored" size={18} />
          <span className={classes.label}>Unscored</span>
          <span className={classes.share}>{formatCount(unscored)}</span>
          <span className={classes.detail}>
            {unscored > 0 ? "read by no model, in no share" : "every post was read"}
          </span>
        </li>
      </ul>
    </div>
  );
}

function tableOf(numbers: Numbers): Table {
  return {
    columns: ["sentiment", "posts", "share", "share_low_95", "share_high_95"],
    rows: [
      ...ORDER.map((sentiment) => {
        const interval = wilson(numbers[sentiment], numbers.scored);
        return [sentiment, numbers[sentiment], numbers[`${sentiment}_share`], interval?.low, interval?.high];
      }),
      ["unscored", numbers.unscored, null, null, null],
    ],
  };
}

function summaryOf(numbers: Numbers): string {
  const parts = ORDER.map((sentiment) => `${formatCount(numbers[sentiment])} ${sentiment}`);
  return `Distribution: ${parts.join(", ")}; ${formatCount(numbers.unscored)} unscored.`;
}

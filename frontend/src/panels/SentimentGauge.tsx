import { useOverall } from "../api/hooks";
import type { Numbers } from "../api/types";
import { Gauge } from "../charts/Gauge";
import { whyAbsent } from "../lib/absence";
import type { Filters } from "../lib/filters";
import { formatCount, formatScore, plural, scoreChange } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { hasMoved } from "../lib/standout";
import type { Table } from "../lib/table";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { ChangeMark } from "../ui/ChangeMark";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./SentimentGauge.module.css";

const HEIGHT = 216;

interface SentimentGaugeProps {
  range: Range;
  filters: Filters;
  compare: boolean;
}

/** How people feel, in one number. */
export default function SentimentGauge({ range, filters, compare }: SentimentGaugeProps) {
  const overall = useOverall(range, filters);
  const current = useCurrentNumbers(range, filters);
  const now = current ?? overall.data?.current;
  const before = compare ? (overall.data?.previous ?? null) : null;
  return (
    <Panel
      title="Sentiment"
      about="The mean score of the scored posts: −1 if all were surely negative, +1 if all were surely positive. A post's score is the probability that it is positive less the probability that it is negative. The dashed mark is the mean of the time before."
      query={overall}
      csv={now && (() => tableOf(now, before))}
    >
      <PanelBody
        query={overall}
        height={HEIGHT}
        isEmpty={(data) => (current ?? data.current).average_sentiment === null}
        empty={now && whyAbsent(now, "sentiment", range)}
      >
        {(data) => <Mean now={current ?? data.current} before={before} previous={shapeOf(range).previous} />}
      </PanelBody>
    </Panel>
  );
}

function Mean({ now, before, previous }: { now: Numbers; before: Numbers | null; previous: string }) {
  const score = now.average_sentiment ?? 0;
  const earlier = before?.average_sentiment ?? null;
  const change = scoreChange(score, earlier);
  return (
    <div className={classes.mean} data-testid="gauge">
      <Gauge
        score={score}
        before={earlier}
        summary={`Mean sentiment ${formatScore(score)} on a scale from −1 to +1${
          earlier === null ? "" : `, ${formatScore(earlier)} in ${previous}`
        }.`}
      >
        <span className={`${classes.score} numeric`}>{formatScore(score)}</span>
        {change && before && (
          <ChangeMark
            change={change}
            good="up"
            sure={hasMoved(now, before)}
            against={`against ${previous}`}
          />
        )}
      </Gauge>
      <p className={`${classes.note} numeric`}>
        the mean of {plural(now.scored, "scored post")}
        {before && (
          <>
            <br />
            {earlier === null
              ? `none in ${previous}`
              : `${formatScore(earlier)} in ${previous}, of ${formatCount(before.scored)}`}
          </>
        )}
      </p>
    </div>
  );
}

function tableOf(now: Numbers, before: Numbers | null): Table {
  const row = (time: string, { average_sentiment, scored }: Numbers) => [time, average_sentiment, scored];
  return {
    columns: ["time", "average_sentiment", "scored_posts"],
    rows: [row("current", now), ...(before ? [row("previous", before)] : [])],
  };
}

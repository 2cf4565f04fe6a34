import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTrend } from "../api/hooks";
import { type Bar, barsOf, type Series } from "../charts/bars";
import { TrendChart } from "../charts/TrendChart";
import type { Filters } from "../lib/filters";
import { formatClock, formatCount, formatDuration, formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { SENTIMENT_TITLES } from "../lib/sentiment";
import { cellOfMoment, type Table } from "../lib/table";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Trend.module.css";

const LEGEND: readonly Series[] = ["positive", "neutral", "negative", "unscored"];
const MOST_BARS = 84;
const HEIGHT = 310;

export default function Trend({ range, filters }: { range: Range; filters: Filters }) {
  const trend = useTrend(range, filters);
  const [shares, setShares] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<Series>>(new Set());
  const bars = trend.data ? barsOf(trend.data.buckets, trend.data.period, MOST_BARS) : [];
  const shown = new Set(LEGEND.filter((series) => !hidden.has(series) && !(shares && series === "unscored")));
  const toggle = (series: Series) =>
    setHidden((now) => {
      const next = new Set(now);
      if (!next.delete(series)) next.add(series);
      return next;
    });
  const [first] = bars;

  return (
    <Panel
      title="Trend"
      query={trend}
      csv={() => tableOf(bars)}
      fills
      subtitle={first && `per ${slice(first)}`}
      about="Posts by the time they were written. Shares are of the scored posts; unscored ones are counted, never guessed. Arrow keys read the bars one by one."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Show counts or shares"
          data={[
            { value: "counts", label: "Counts" },
            { value: "shares", label: "Shares" },
          ]}
          value={shares ? "shares" : "counts"}
          onChange={(value) => setShares(value === "shares")}
        />
      }
    >
      <PanelBody
        query={trend}
        height={HEIGHT}
        isEmpty={() => bars.length === 0}
        empty={`No posts in the ${shapeOf(range).title} match.`}
      >
        {(data) => (
          <div className={classes.trend} data-testid="trend">
            <ul className={classes.legend} aria-label="Series">
              {LEGEND.map((series) => (
                <li key={series}>
                  <button
                    type="button"
                    aria-pressed={shown.has(series)}
                    disabled={shares && series === "unscored"}
                    data-series={series}
                    onClick={() => toggle(series)}
                  >
                    <span className={classes.swatch} aria-hidden="true">
                      {shown.has(series) && <Icon name="check" size={10} />}
                    </span>
                    {SENTIMENT_TITLES[series]}
                    <span className={`${classes.sum} numeric`}>{formatCount(data.summary[series])}</span>
                  </button>
                </li>
              ))}
            </ul>
            <TrendChart
              bars={bars}
              start={Date.parse(data.start)}
              end={Date.parse(data.end)}
              shown={shown}
              shares={shares}
              summary={summaryOf(bars, data.range)}
            />
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function tableOf(bars: readonly Bar[]): Table {
  return {
    columns: [
      "start",
      "end",
      "posts",
      "positive",
      "neutral",
      "negative",
      "unscored",
      "scored",
      "average_sentiment",
      "high_churn_share",
      "average_toxicity",
    ],
    rows: bars.map((bar) => [
      cellOfMoment(bar.start),
      cellOfMoment(bar.end),
      bar.posts,
      bar.positive,
      bar.neutral,
      bar.negative,
      bar.unscored,
      bar.scored,
      bar.average,
      bar.highChurn,
      bar.toxicity,
    ]),
  };
}

function slice(bar: Bar): string {
  const text = formatDuration(bar.end - bar.start);
  return text.startsWith("1 ") ? ({ "1 min": "minute", "1 h": "hour", "1 d": "day" }[text] ?? text) : text;
}

function summaryOf(bars: readonly Bar[], range: Range): string {
  const posts = bars.reduce((sum, bar) => sum + bar.posts, 0);
  const scored = bars.reduce((sum, bar) => sum + bar.scored, 0);
  const negative = bars.reduce((sum, bar) => sum + bar.negative, 0);
  const busiest = bars.reduce<Bar | null>(
    (most, bar) => (most && most.posts >= bar.posts ? most : bar),
    null,
  );
  const peak = busiest
    ? `, most of them (${formatCount(busiest.posts)}) from ${formatClock(busiest.start)} on`
    : "";
  const share = formatShare(scored > 0 ? negative / scored : null);
  return `Trend of the ${shapeOf(range).title}: ${plural(posts, "post")}${peak}; ${share} negative.`;
}

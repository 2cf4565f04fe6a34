import { SegmentedControl } from "@mantine/core";
import { parseAsArrayOf, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useTrendBefore } from "../api/before";
import { useTrend } from "../api/hooks";
import { useMarks } from "../api/marks";
import { type Bar, barsOf, type Series } from "../charts/bars";
import { around, marksWithin } from "../charts/marks";
import { TrendChart } from "../charts/TrendChart";
import { spanTitle } from "../charts/timeAxis";
import type { Filters } from "../lib/filters";
import { formatCount, formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { SENTIMENT_TITLES } from "../lib/sentiment";
import { cellOfMoment, type Table } from "../lib/table";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { MarkList } from "./MarkList";
import { sliceTitle } from "./slices";
import classes from "./Trend.module.css";

const LEGEND: readonly Series[] = ["positive", "neutral", "negative", "unscored"];
const MOST_BARS = 84;
const HEIGHT = 340;

const parsers = {
  trend: parseAsStringLiteral(["stacked", "lines"] as const).withDefault("stacked"),
  measure: parseAsStringLiteral(["counts", "shares"] as const).withDefault("counts"),
  hide: parseAsArrayOf(parseAsStringLiteral(LEGEND)).withDefault([]),
};

interface TrendProps {
  range: Range;
  filters: Filters;
  compare: boolean;
  /** A time was chosen on the chart, in ms since 1970. */
  onChoose(start: number, end: number): void;
}

export default function Trend({ range, filters, compare, onChoose }: TrendProps) {
  const trend = useTrend(range, filters);
  const past = useTrendBefore(range, filters, compare);
  const [view, setView] = useQueryStates(parsers, { history: "push" });
  const readAt = trend.dataUpdatedAt;
  const { marks, cutAt } = useMarks(trend.data?.start, trend.data?.end, readAt);
  const shares = view.measure === "shares";
  const bars = trend.data ? barsOf(trend.data.buckets, trend.data.period, MOST_BARS) : [];
  const before = compare && past.data ? barsOf(past.data.buckets, past.data.period, MOST_BARS) : null;
  const shown = new Set(
    LEGEND.filter((series) => !view.hide.includes(series) && !(shares && series === "unscored")),
  );
  const toggle = (series: Series) => {
    const rest = view.hide.filter((one) => one !== series);
    const next = rest.length < view.hide.length ? rest : [...rest, series];
    void setView({ hide: next.length > 0 ? next : null });
  };
  const [first] = bars;

  return (
    <Panel
      title="Trend"
      query={trend}
      csv={() => tableOf(bars)}
      fills
      subtitle={first && `per ${sliceTitle(first)}`}
      about="Posts by the time they were written. Shares are of the scored posts; unscored ones are counted, never guessed. The dotted line is the time before. A bar with a dashed outline does not hold all of its time: it is not over, or the range cuts it. Drag across to zoom in, click a bar to see its time alone, go back with your browser. Keys: arrows read, with Shift they select, Enter zooms in."
      actions={
        <div className={classes.switches}>
          <SegmentedControl
            size="xs"
            aria-label="Show stacked bars or lines"
            data={[
              { value: "stacked", label: "Stacked" },
              { value: "lines", label: "Lines" },
            ]}
            value={view.trend}
            onChange={(trend) => void setView({ trend: trend as typeof view.trend })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Show counts or shares"
            data={[
              { value: "counts", label: "Counts" },
              { value: "shares", label: "Shares" },
            ]}
            value={view.measure}
            onChange={(measure) => void setView({ measure: measure as typeof view.measure })}
          />
        </div>
      }
    >
      <PanelBody
        query={trend}
        height={HEIGHT}
        isEmpty={() => bars.length === 0}
        empty={`No posts in the ${shapeOf(range).title} match.`}
      >
        {(data) => {
          const [start, end] = [Date.parse(data.start), Date.parse(data.end)];
          return (
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
                {before && before.length > 0 && (
                  <li className={classes.before}>
                    <span aria-hidden="true" /> {ghostTitle(view.trend === "lines", shares)}
                  </li>
                )}
              </ul>
              <TrendChart
                bars={bars}
                before={
                  before && past.data ? { bars: before, shift: start - Date.parse(past.data.start) } : null
                }
                start={start}
                end={end}
                readAt={readAt}
                shown={shown}
                lines={view.trend === "lines"}
                shares={shares}
                marks={marks}
                summary={summaryOf(bars, data.range)}
                onChoose={onChoose}
              />
              <MarkList
                marks={marksWithin(marks, start, end)}
                cutAt={cutAt}
                onPick={(mark) => {
                  const span = around(mark);
                  onChoose(span.start, span.end);
                }}
              />
            </div>
          );
        }}
      </PanelBody>
    </Panel>
  );
}

function ghostTitle(lines: boolean, shares: boolean): string {
  if (lines) return "the time before";
  return shares ? "negative, the time before" : "all, the time before";
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
    ]),
  };
}

function summaryOf(bars: readonly Bar[], range: Range): string {
  const posts = bars.reduce((sum, bar) => sum + bar.posts, 0);
  const scored = bars.reduce((sum, bar) => sum + bar.scored, 0);
  const negative = bars.reduce((sum, bar) => sum + bar.negative, 0);
  const busiest = bars.reduce<Bar | null>(
    (most, bar) => (most && most.posts >= bar.posts ? most : bar),
    null,
  );
  const peak = busiest ? `, most of them (${formatCount(busiest.posts)}) in ${spanTitle(busiest)}` : "";
  const share = formatShare(scored > 0 ? negative / scored : null);
  return `Trend of the ${shapeOf(range).title}: ${plural(posts, "post")}${peak}; ${share} negative.`;
}

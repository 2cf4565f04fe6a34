import { useElementSize } from "@mantine/hooks";
import { scaleLinear } from "d3-scale";
import { useOverall, useTrend } from "../api/hooks";
import { useMarks } from "../api/marks";
import { Axes } from "../charts/Axes";
import { barsOf, STACK, stackOf } from "../charts/bars";
import { type Mark, marksWithin } from "../charts/marks";
import { TrendBars } from "../charts/TrendBars";
import { TrendMarks } from "../charts/TrendMarks";
import { timeScale } from "../charts/timeAxis";
import { formatCompact, formatScore, formatShare, plural, shareChange } from "../lib/format";
import { shapeOf } from "../lib/range";
import { SENTIMENT_TITLES } from "../lib/sentiment";
import { differ } from "../lib/statistics";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { Moved } from "./Figure";
import classes from "./OverTime.module.css";
import { SceneBody, type SceneProps } from "./SceneBody";

/** Few enough that each is seen from afar. */
const MOST_BARS = 48;
/** In pixels of a drawing so wide; a smaller one has less. */
const FULL_WIDTH = 1_800;
const MARGIN = { top: 26, right: 6, bottom: 58, left: 120 };
const LEGEND = ["positive", "neutral", "negative"] as const;

/** Posts over time with the alerts on them: whether it is getting worse. */
export default function OverTime({ range, filters, compare }: SceneProps) {
  const trend = useTrend(range, filters);
  const overall = useOverall(range, filters);
  const now = useCurrentNumbers(range, filters);
  const { marks } = useMarks(trend.data?.start, trend.data?.end, trend.dataUpdatedAt);
  const before = compare ? (overall.data?.previous ?? null) : null;
  return (
    <SceneBody
      query={trend}
      isEmpty={({ buckets }) => buckets.every(({ posts }) => posts === 0)}
      empty={`No posts in the ${shapeOf(range).title} match.`}
    >
      {(data) => {
        const [start, end] = [Date.parse(data.start), Date.parse(data.end)];
        const within = marksWithin(marks, start, end);
        const alerts = within.filter(({ kind }) => kind === "alert").length;
        return (
          <div className={classes.scene}>
            <p className={`${classes.words} numeric`}>
              {now && (
                <>
                  <strong>{formatShare(now.negative_share)} negative</strong>
                  <Moved
                    change={shareChange(now.negative_share, before?.negative_share)}
                    good="down"
                    sure={before !== null && differ(now.negative, now.scored, before.negative, before.scored)}
                  >
                    <span className={classes.against}>against {shapeOf(range).previous}</span>
                  </Moved>
                </>
              )}
            </p>
            <Drawing data={data} start={start} end={end} readAt={trend.dataUpdatedAt} marks={within} />
            <p className={classes.legend}>
              {LEGEND.map((series) => (
                <span key={series}>
                  <span className={classes.key} data-series={series} aria-hidden="true" />
                  {SENTIMENT_TITLES[series]}
                </span>
              ))}
              <span>
                <span className={classes.key} data-series="alert" aria-hidden="true" />
                {alerts === 0 ? "no alert in this time" : plural(alerts, "alert")}
              </span>
            </p>
          </div>
        );
      }}
    </SceneBody>
  );
}

interface DrawingProps {
  data: NonNullable<ReturnType<typeof useTrend>["data"]>;
  start: number;
  end: number;
  readAt: number;
  marks: readonly Mark[];
}

function Drawing({ data, start, end, readAt, marks }: DrawingProps) {
  const { ref, width, height } = useElementSize();
  const scale = Math.max(0.4, width / FULL_WIDTH);
  const [top, left] = [MARGIN.top * scale, MARGIN.left * scale];
  const bottom = Math.max(top, height - MARGIN.bottom * scale);
  const bars = barsOf(data.buckets, data.period, MOST_BARS);
  const shown = new Set(STACK);
  const stacks = bars.map((bar) => stackOf(bar, shown, false));
  const from = Math.min(start, bars[0]?.start ?? start);
  const until = Math.max(end, bars.at(-1)?.end ?? end);
  const x = timeScale([from, until], [left, Math.max(left, width - MARGIN.right)]);
  const highest = Math.max(1, ...stacks.map((stack) => stack.at(-1)?.high ?? 0));
  const y = scaleLinear([0, highest], [bottom, top]).nice(4);
  const mean = data.summary.average_sentiment;
  return (
    <div ref={ref} className={classes.drawing}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${plural(data.summary.posts, "post")} over time, mean sentiment ${formatScore(mean)}.`}
      >
        <Axes x={x} y={y} width={width} height={height} lines={3} write={formatCompact} />
        <TrendMarks
          marks={marks.map((mark) => ({
            ...mark,
            start: Math.max(from, mark.start),
            end: Math.min(until, mark.end),
          }))}
          x={x}
          top={top}
          bottom={bottom}
        />
        <TrendBars
          bars={bars}
          stacks={stacks}
          partial={new Set(bars.filter((bar) => bar.start < start || bar.end > Math.min(end, readAt)))}
          dimmed={() => false}
          x={x}
          y={y}
        />
      </svg>
    </div>
  );
}

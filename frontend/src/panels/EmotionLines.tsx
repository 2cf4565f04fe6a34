import type { Bar } from "../charts/bars";
import { LineChart } from "../charts/LineChart";
import { EMOTION_TITLES, EMOTIONS, type Emotion } from "../lib/emotion";
import { formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { cellOfMoment, type Table } from "../lib/table";
import { Icon } from "../ui/Icon";
import classes from "./EmotionLines.module.css";
import type { Measure, useSeries } from "./useSeries";

const LEAST_REACH = 0.2;
const CHART_HEIGHT = 62;

interface EmotionLinesProps {
  series: ReturnType<typeof useSeries>;
  /** Means over the whole range. */
  means: Partial<Record<string, number>>;
  range: Range;
  onChoose(start: number, end: number): void;
}

const measureOf =
  (emotion: Emotion): Measure =>
  (bar) => ({ value: bar.emotions?.[emotion] ?? null, posts: bar.emotionPosts });

/** Each emotion over time, on one scale, so that heights compare. */
export function EmotionLines({ series, means, range, onChoose }: EmotionLinesProps) {
  const reach = Math.max(
    LEAST_REACH,
    ...series.bars.flatMap((bar) => (bar.emotions ? Object.values(bar.emotions) : [])),
  );
  return (
    <div className={classes.lines} data-testid="emotion-lines">
      {EMOTIONS.map((emotion) => {
        const { readings, before } = series.linesOf(measureOf(emotion));
        const mean = formatShare(means[emotion]);
        return (
          <LineChart
            key={emotion}
            compact
            title={
              <>
                <Icon name={emotion} size={16} /> {EMOTION_TITLES[emotion]}
              </>
            }
            latest={mean}
            readings={readings}
            before={before}
            start={series.start}
            end={series.end}
            reach={reach}
            height={CHART_HEIGHT}
            summary={summaryOf(emotion, readings, shapeOf(range).title, mean)}
            onChoose={onChoose}
          />
        );
      })}
    </div>
  );
}

function summaryOf(
  emotion: Emotion,
  readings: readonly { value: number | null; posts: number }[],
  title: string,
  mean: string,
): string {
  const values = readings.flatMap(({ value }) => (value === null ? [] : [value]));
  const posts = readings.reduce((sum, reading) => sum + reading.posts, 0);
  const span =
    values.length > 0
      ? `, between ${formatShare(Math.min(...values))} and ${formatShare(Math.max(...values))}`
      : "";
  return `${EMOTION_TITLES[emotion]} in the ${title}: ${mean} on average${span}, of ${plural(posts, "post")} read.`;
}

/** One row per slice of time. */
export function emotionTable(bars: readonly Bar[]): Table {
  return {
    columns: ["start", "end", "posts_read", ...EMOTIONS],
    rows: bars.map((bar) => [
      cellOfMoment(bar.start),
      cellOfMoment(bar.end),
      bar.emotionPosts,
      ...EMOTIONS.map((emotion) => bar.emotions?.[emotion]),
    ]),
  };
}

import { EMOTIONS, type Emotion } from "../lib/emotion";
import { MONDAY, PERIOD_MS, type Period } from "../lib/range";
import { momentsOf, shownAt } from "../lib/timeZone";

/** Counts of one slice of time, drawn as one bar. */
export interface Bar {
  start: number;
  end: number;
  posts: number;
  positive: number;
  neutral: number;
  negative: number;
  unscored: number;
  scored: number;
  /** Mean over the scored posts, null without any. */
  average: number | null;
  /** Share at high churn risk of the posts read for it, null without any. */
  highChurn: number | null;
  churnPosts: number;
  /** Mean over the posts read for it, null without any. */
  toxicity: number | null;
  toxicityPosts: number;
  /** Mean probabilities over the posts read for emotions, null without any. */
  emotions: Record<Emotion, number> | null;
  emotionPosts: number;
}

interface Counted {
  bucket: string;
  posts: number;
  positive: number;
  neutral: number;
  negative: number;
  unscored: number;
  scored: number;
  average_sentiment: number | null;
  average_toxicity: number | null;
  toxicity_posts: number;
  churn_posts: number;
  high_churn_risk: number;
  emotions: Record<string, number> | null;
  emotion_posts: number;
}

/** Widths people think in, in buckets of the period. */
const STEPS: Record<Period, readonly number[]> = {
  minute: [1, 2, 5, 10, 15, 30, 60, 120, 240],
  hour: [1, 2, 3, 6, 12, 24],
  day: [1, 2, 7, 14, 28],
};

/** How many buckets to draw as one, so that at most `most` bars remain. */
export function stepFor(buckets: number, period: Period, most: number): number {
  const steps = STEPS[period];
  return steps.find((step) => buckets / step <= most) ?? steps.at(-1) ?? 1;
}

/** Buckets as bars, neighbours merged where there are more than `most`; counts stay exact. */
export function barsOf(buckets: readonly Counted[], period: Period, most: number): Bar[] {
  const width = PERIOD_MS[period];
  const starts = buckets.map((bucket) => Date.parse(bucket.bucket));
  const first = starts[0];
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return [];
  const step = stepFor(Math.round((last - first) / width) + 1, period, most);
  const bars = new Map<number, Sums>();
  buckets.forEach((bucket, index) => {
    const { start, end } = sliceOf(starts[index] ?? first, step * width);
    const bar = bars.get(start) ?? emptyBar(start, end);
    bar.posts += bucket.posts;
    bar.positive += bucket.positive;
    bar.neutral += bucket.neutral;
    bar.negative += bucket.negative;
    bar.unscored += bucket.unscored;
    bar.scored += bucket.scored;
    bar.sentiment += (bucket.average_sentiment ?? 0) * bucket.scored;
    bar.leaving += bucket.high_churn_risk;
    bar.churnPosts += bucket.churn_posts;
    bar.toxic += (bucket.average_toxicity ?? 0) * bucket.toxicity_posts;
    bar.toxicityPosts += bucket.toxicity_posts;
    bar.emotionPosts += bucket.emotion_posts;
    for (const emotion of EMOTIONS)
      bar.felt[emotion] += (bucket.emotions?.[emotion] ?? 0) * bucket.emotion_posts;
    bars.set(start, bar);
  });
  return [...bars.values()]
    .sort((a, b) => a.start - b.start)
    .map(({ sentiment, leaving, toxic, felt, ...bar }) => ({
      ...bar,
      average: bar.scored > 0 ? sentiment / bar.scored : null,
      highChurn: bar.churnPosts > 0 ? leaving / bar.churnPosts : null,
      toxicity: bar.toxicityPosts > 0 ? toxic / bar.toxicityPosts : null,
      emotions: bar.emotionPosts > 0 ? scaled(felt, 1 / bar.emotionPosts) : null,
    }));
}

/** A bar while it is added up: means are kept as sums, and of how many posts. */
interface Sums extends Omit<Bar, "average" | "highChurn" | "toxicity" | "emotions"> {
  sentiment: number;
  leaving: number;
  toxic: number;
  felt: Record<Emotion, number>;
}

function scaled(felt: Record<Emotion, number>, factor: number): Record<Emotion, number> {
  return Object.fromEntries(EMOTIONS.map((emotion) => [emotion, felt[emotion] * factor])) as typeof felt;
}

/**
 * The slice of the viewer's clock that holds a moment, counted from midnight: one of 6 hours begins at 0, 6, 12, 18. On
 * a day that the clocks are changed it is longer or shorter, unless it is too short to hold the change.
 */
function sliceOf(at: number, width: number): { start: number; end: number } {
  const past = (shownAt(at) - MONDAY) % width;
  if (width <= PERIOD_MS.hour) return { start: at - past, end: at - past + width };
  const shown = shownAt(at) - past;
  return { start: momentsOf(shown)[0], end: momentsOf(shown + width)[0] };
}

const NO_EMOTION: Record<Emotion, number> = {
  joy: 0,
  surprise: 0,
  sadness: 0,
  anger: 0,
  fear: 0,
  disgust: 0,
  neutral: 0,
};

function emptyBar(start: number, end: number): Sums {
  return {
    start,
    end,
    posts: 0,
    positive: 0,
    neutral: 0,
    negative: 0,
    unscored: 0,
    scored: 0,
    sentiment: 0,
    leaving: 0,
    churnPosts: 0,
    toxic: 0,
    toxicityPosts: 0,
    felt: { ...NO_EMOTION },
    emotionPosts: 0,
  };
}

export type Series = "positive" | "neutral" | "negative" | "unscored";
/** Bottom to top: what worries people stands on the base line, where heights compare best. */
export const STACK: readonly Series[] = ["negative", "neutral", "positive", "unscored"];

export interface Segment {
  series: Series;
  low: number;
  high: number;
}

/** The stack of one bar, in posts or, where `shares`, in shares of what is shown of the scored. */
export function stackOf(bar: Bar, shown: ReadonlySet<Series>, shares: boolean): Segment[] {
  const parts = STACK.filter((series) => shown.has(series) && !(shares && series === "unscored"));
  const total = shares ? parts.reduce((sum, series) => sum + bar[series], 0) : 1;
  if (total === 0) return [];
  let low = 0;
  return parts.map((series) => {
    const high = low + bar[series] / total;
    const segment = { series, low, high };
    low = high;
    return segment;
  });
}

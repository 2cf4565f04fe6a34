import { useTrendBefore } from "../api/before";
import { useTrend } from "../api/hooks";
import { type Bar, barsOf } from "../charts/bars";
import type { Reading } from "../charts/LineChart";
import type { Filters } from "../lib/filters";
import type { Range } from "../lib/range";

/** Wide enough to hold posts, narrow enough to see a day's course. */
const MOST_POINTS = 48;

/** What is read over time: one value of a slice, and of how many posts. */
export type Measure = (bar: Bar) => { value: number | null; posts: number };

/** The trend as lines, with the time before where it is compared. */
export function useSeries(range: Range, filters: Filters, compare: boolean, enabled = true) {
  const query = useTrend(range, filters, enabled);
  const past = useTrendBefore(range, filters, compare && enabled);
  const data = query.data;
  const bars = data ? barsOf(data.buckets, data.period, MOST_POINTS) : [];
  const before = compare && past.data ? barsOf(past.data.buckets, past.data.period, MOST_POINTS) : [];
  const [start, end] = data ? [Date.parse(data.start), Date.parse(data.end)] : [0, 0];
  const shift = past.data ? start - Date.parse(past.data.start) : 0;
  return {
    query,
    bars,
    start,
    end,
    /** The readings of a measure, and of the time before, moved to where it is drawn. */
    linesOf: (measure: Measure) => ({
      readings: bars.map((bar): Reading => ({ start: bar.start, end: bar.end, ...measure(bar) })),
      before: before.map(
        (bar): Reading => ({ start: bar.start + shift, end: bar.end + shift, ...measure(bar) }),
      ),
    }),
  };
}

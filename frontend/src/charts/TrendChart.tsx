import { scaleLinear } from "d3-scale";
import { formatCompact } from "../lib/format";
import { useIsFullScreen } from "../ui/useFullScreen";
import { Axes } from "./Axes";
import { type Bar, type Series, STACK, stackOf } from "./bars";
import { type Mark, marksWithin } from "./marks";
import { Selection, TimeChart } from "./TimeChart";
import { TrendBars } from "./TrendBars";
import classes from "./TrendChart.module.css";
import { ghostsOf, linesOf, TrendLines } from "./TrendLines";
import { TrendMarks } from "./TrendMarks";
import { TrendReadout } from "./TrendReadout";
import { clamp } from "./timeAxis";
import { useTimeChart } from "./useTimeChart";

const HEIGHT = 264;
const MARGIN = { top: 12, right: 4, bottom: 26, left: 46 };

interface TrendChartProps {
  bars: readonly Bar[];
  /** The time before, if it is compared, and by how many ms it lies earlier. */
  before: { bars: readonly Bar[]; shift: number } | null;
  start: number;
  end: number;
  /** When it was read: a slice that ends later is not over. */
  readAt: number;
  shown: ReadonlySet<Series>;
  lines: boolean;
  shares: boolean;
  marks: readonly Mark[];
  /** Says the same in words, for those who do not see it. */
  summary: string;
  onChoose(start: number, end: number): void;
}

/** Posts over time, on a true time axis: a slice without posts is a gap. Dragging and clicking choose a time. */
export function TrendChart(props: TrendChartProps) {
  const { bars, before, start, end, readAt, shown, lines, shares, marks, summary, onChoose } = props;
  const full = useIsFullScreen();
  const chart = useTimeChart(bars, { start, end }, MARGIN, onChoose);
  const { ref, width, from, until, x, handlers, read, selected, isDimmed } = chart;
  const height = full ? Math.max(HEIGHT, chart.height) : HEIGHT;
  const series = STACK.filter((one) => shown.has(one));
  const stacks = lines ? [] : bars.map((bar) => stackOf(bar, shown, shares));
  const drawn = lines ? linesOf(bars, series, shares) : [];
  const ghosts = before ? ghostsOf(before.bars, before.shift, shown, shares, lines) : [];
  const highest = Math.max(
    ...stacks.map((stack) => stack.at(-1)?.high ?? 0),
    ...[...drawn, ...ghosts].flatMap(({ points }) => points.map(({ value }) => value ?? 0)),
  );
  const y = scaleLinear(
    [0, shares ? (lines ? Math.max(0.05, highest) : 1) : Math.max(1, highest)],
    [height - MARGIN.bottom, MARGIN.top],
  );
  if (!shares || lines) y.nice(4);

  const at = read ? x((read.start + read.end) / 2) : 0;
  const isPartial = (one: Bar) => one.start < start || one.end > Math.min(end, readAt);
  return (
    <div
      ref={ref}
      className={classes.chart}
      style={full ? { flex: "1 1 0", minHeight: 0 } : { height: HEIGHT }}
    >
      <TimeChart
        width={width}
        height={height}
        summary={summary}
        slices={bars}
        read={read}
        handlers={handlers}
      >
        <Axes
          x={x}
          y={y}
          width={width}
          height={height}
          lines={4}
          write={(value) => (shares ? `${Math.round(value * 100)} %` : formatCompact(value))}
        />
        <TrendMarks
          marks={marksWithin(marks, from, until).map((mark) => ({
            ...mark,
            start: Math.max(from, mark.start),
            end: Math.min(until, mark.end),
          }))}
          x={x}
          top={MARGIN.top}
          bottom={height - MARGIN.bottom}
        />
        {!lines && (
          <TrendBars
            bars={bars}
            stacks={stacks}
            partial={new Set(bars.filter(isPartial))}
            dimmed={isDimmed}
            x={x}
            y={y}
          />
        )}
        <TrendLines lines={ghosts} ghost x={x} y={y} />
        <TrendLines lines={drawn} ghost={false} x={x} y={y} />
        {lines && read && (
          <line className={classes.cursor} x1={at} x2={at} y1={MARGIN.top} y2={height - MARGIN.bottom} />
        )}
        <Selection selected={selected} x={x} top={MARGIN.top} bottom={height - MARGIN.bottom} />
      </TimeChart>
      {read && (
        <div className={classes.readout} style={{ left: clamp(at, 100, Math.max(100, width - 100)) }}>
          <TrendReadout
            bar={read}
            span={selected ?? read}
            selecting={selected !== undefined}
            partial={isPartial(read) ? (read.end > readAt ? "so far" : "in part") : null}
          />
        </div>
      )}
    </div>
  );
}

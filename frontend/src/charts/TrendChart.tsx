import { useElementSize } from "@mantine/hooks";
import { scaleLinear } from "d3-scale";
import { formatCompact } from "../lib/format";
import { useIsFullScreen } from "../ui/useFullScreen";
import { Axes } from "./Axes";
import { type Bar, type Series, STACK, stackOf } from "./bars";
import { type Mark, marksWithin } from "./marks";
import { TrendBars } from "./TrendBars";
import classes from "./TrendChart.module.css";
import { ghostsOf, linesOf, TrendLines } from "./TrendLines";
import { TrendMarks } from "./TrendMarks";
import { TrendReadout } from "./TrendReadout";
import { clamp, spanTitle, timeScale } from "./timeAxis";
import { useBrush } from "./useBrush";

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
  const { ref, width, height: room } = useElementSize();
  const height = full ? Math.max(HEIGHT, room) : HEIGHT;

  const from = Math.min(start, bars[0]?.start ?? start);
  const until = Math.max(end, bars.at(-1)?.end ?? end);
  const x = timeScale([from, until], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
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

  const { picked, selected, handlers } = useBrush(bars, (px) => x.invert(px), onChoose);
  const bar = picked === null ? undefined : bars[picked];
  const [first, last] = selected ? [bars[selected[0]], bars[selected[1]]] : [];
  const isPartial = (one: Bar) => one.start < start || one.end > Math.min(end, readAt);
  return (
    <div
      ref={ref}
      className={classes.chart}
      style={full ? { flex: "1 1 0", minHeight: 0 } : { height: HEIGHT }}
    >
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={summary}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read the bars one by one
          tabIndex={0}
          className={classes.svg}
          {...handlers}
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
              dimmed={(index) => isDimmed(index, picked, selected)}
              x={x}
              y={y}
            />
          )}
          <TrendLines lines={ghosts} ghost x={x} y={y} />
          <TrendLines lines={drawn} ghost={false} x={x} y={y} />
          {lines && bar && (
            <line
              className={classes.cursor}
              x1={x((bar.start + bar.end) / 2)}
              x2={x((bar.start + bar.end) / 2)}
              y1={MARGIN.top}
              y2={height - MARGIN.bottom}
            />
          )}
          {first && last && (
            <rect
              className={classes.selection}
              data-testid="brush"
              x={x(first.start)}
              y={MARGIN.top}
              width={Math.max(1, x(last.end) - x(first.start))}
              height={height - MARGIN.bottom - MARGIN.top}
            />
          )}
        </svg>
      )}
      {bar && (
        <div
          className={classes.readout}
          style={{ left: clamp(x((bar.start + bar.end) / 2), 96, Math.max(96, width - 96)) }}
        >
          <TrendReadout
            bar={bar}
            title={first && last ? spanTitle({ start: first.start, end: last.end }) : spanTitle(bar)}
            selecting={selected !== null}
            partial={isPartial(bar) ? (bar.end > readAt ? "so far" : "in part") : null}
          />
        </div>
      )}
    </div>
  );
}

function isDimmed(index: number, picked: number | null, selected: readonly [number, number] | null): boolean {
  if (selected) return index < selected[0] || index > selected[1];
  return picked !== null && picked !== index;
}

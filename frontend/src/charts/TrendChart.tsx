import { useElementSize } from "@mantine/hooks";
import { scaleLinear, scaleTime } from "d3-scale";
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { formatClock, formatCompact, formatDay, formatDayAndTime, formatShortDay } from "../lib/format";
import { useIsFullScreen } from "../ui/useFullScreen";
import { type Bar, type Series, stackOf } from "./bars";
import classes from "./TrendChart.module.css";
import { TrendReadout } from "./TrendReadout";

const HEIGHT = 264;
const MARGIN = { top: 10, right: 4, bottom: 26, left: 46 };
const DAY_MS = 86_400_000;

interface TrendChartProps {
  bars: readonly Bar[];
  start: number;
  end: number;
  shown: ReadonlySet<Series>;
  shares: boolean;
  /** Says the same in words, for those who do not see it. */
  summary: string;
}

/** Stacked bars over time, on a true time axis: a slice without posts is a gap. */
export function TrendChart({ bars, start, end, shown, shares, summary }: TrendChartProps) {
  const full = useIsFullScreen();
  const { ref, width, height: room } = useElementSize();
  const height = full ? Math.max(HEIGHT, room) : HEIGHT;
  const [picked, setPicked] = useState<number | null>(null);

  const stacks = bars.map((bar) => stackOf(bar, shown, shares));
  const highest = shares ? 1 : Math.max(1, ...stacks.map((stack) => stack.at(-1)?.high ?? 0));
  const from = Math.min(start, bars[0]?.start ?? start);
  const until = Math.max(end, bars.at(-1)?.end ?? end);
  const x = scaleTime([from, until], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
  const y = scaleLinear([0, highest], [height - MARGIN.bottom, MARGIN.top]);
  if (!shares) y.nice(4);

  const pick = (index: number | null) =>
    setPicked(index === null ? null : Math.max(0, Math.min(bars.length - 1, index)));
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left).getTime();
    pick(nearest(bars, at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowLeft: (picked ?? bars.length) - 1,
      ArrowRight: (picked ?? -1) + 1,
      Home: 0,
      End: bars.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      pick(next);
    } else if (event.key === "Escape") pick(null);
  };

  const bar = picked === null ? undefined : bars[picked];
  const narrow = width < 520;
  const longSpan = until - from > 2 * DAY_MS;
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
          onPointerMove={onPointerMove}
          onPointerLeave={() => pick(null)}
          onKeyDown={onKeyDown}
          onBlur={() => pick(null)}
        >
          <Hatch />
          {y.ticks(4).map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line className={classes.grid} x1={MARGIN.left} x2={width - MARGIN.right} />
              <text className={classes.tick} x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
                {shares ? `${Math.round(tick * 100)} %` : formatCompact(tick)}
              </text>
            </g>
          ))}
          {x.ticks(narrow ? 4 : 8).map((tick) => (
            <text
              key={tick.getTime()}
              className={classes.tick}
              x={clamp(x(tick), MARGIN.left + 14, width - 20)}
              y={height - 8}
              textAnchor="middle"
            >
              {timeTick(tick, longSpan)}
            </text>
          ))}
          {bars.map((one, index) => (
            <BarStack
              key={one.start}
              left={x(one.start)}
              right={x(one.end)}
              segments={(stacks[index] ?? []).map(({ series, low, high }) => ({
                series,
                top: y(high),
                height: Math.max(0, y(low) - y(high)),
              }))}
              dimmed={bar !== undefined && bar !== one}
            />
          ))}
        </svg>
      )}
      {bar && (
        <div
          className={classes.readout}
          style={{ left: clamp(x((bar.start + bar.end) / 2), 96, Math.max(96, width - 96)) }}
        >
          <TrendReadout bar={bar} title={spanTitle(bar)} unfinished={bar.end > Date.now()} />
        </div>
      )}
    </div>
  );
}

interface BarStackProps {
  left: number;
  right: number;
  segments: { series: Series; top: number; height: number }[];
  dimmed: boolean;
}

function BarStack({ left, right, segments, dimmed }: BarStackProps) {
  const gap = right - left > 6 ? Math.min(4, (right - left) * 0.18) : right - left > 3 ? 1 : 0;
  const width = Math.max(1, right - left - gap);
  return (
    <g className={classes.stack} data-dimmed={dimmed || undefined}>
      {segments.map(({ series, top, height }) => (
        <rect
          key={series}
          className={classes.segment}
          data-series={series}
          x={left + gap / 2}
          y={top}
          width={width}
          height={height}
          rx={Math.min(2, width / 4, height / 2)}
        />
      ))}
    </g>
  );
}

/** Unscored is no mood: it is drawn as an outline of stripes, not as a fourth colour. */
function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" className={classes.hatchGround} />
        <line x1="0" y1="0" x2="0" y2="5" className={classes.hatchLine} />
      </pattern>
    </defs>
  );
}

function nearest(bars: readonly Bar[], at: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  bars.forEach((bar, index) => {
    const away = Math.abs((bar.start + bar.end) / 2 - at);
    if (away < distance) {
      distance = away;
      best = index;
    }
  });
  return best;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function timeTick(tick: Date, longSpan: boolean): string {
  const midnight = tick.getHours() === 0 && tick.getMinutes() === 0;
  if (midnight) return formatShortDay(tick.getTime());
  return longSpan ? formatDayAndTime(tick.getTime()).slice(-5) : formatClock(tick.getTime());
}

function spanTitle(bar: Bar): string {
  if (bar.end - bar.start >= DAY_MS) {
    const last = bar.end - 1;
    const one = formatDay(bar.start);
    return bar.end - bar.start > 1.1 * DAY_MS ? `${one} – ${formatDay(last)}` : one;
  }
  return `${formatDayAndTime(bar.start)} – ${formatClock(bar.end)}`;
}

import { scaleLinear } from "d3-scale";
import type { ReactNode } from "react";
import { formatShare, plural } from "../lib/format";
import { useIsFullScreen } from "../ui/useFullScreen";
import { Axes } from "./Axes";
import { CursorTime } from "./CursorTime";
import classes from "./LineChart.module.css";
import { type Point, pathOf, runsOf } from "./lines";
import { Selection, TimeChart } from "./TimeChart";
import { spanTitle } from "./timeAxis";
import { useTimeChart } from "./useTimeChart";

/** A share or a mean in [0, 1], and of how many posts. */
export interface Reading extends Point {
  posts: number;
}

interface LineChartProps {
  title: ReactNode;
  /** What stands beside the title while no slice is read. */
  latest: string;
  readings: readonly Reading[];
  /** The time before, already moved to where it is drawn. */
  before: readonly Point[];
  start: number;
  end: number;
  /** The upper end of the scale. */
  reach: number;
  /** In px; in full screen it is twice as high. */
  height: number;
  /** Without scale and times, for a row of charts of one scale. */
  compact?: boolean;
  summary: string;
  onChoose(start: number, end: number): void;
}

/** One line over time, with the time before behind it; read and chosen like the trend. */
export function LineChart(props: LineChartProps) {
  const { title, latest, readings, before, reach, compact = false, summary } = props;
  const height = useIsFullScreen() ? 2 * props.height : props.height;
  const margin = compact
    ? { top: 4, right: 0, bottom: 3, left: 0 }
    : { top: 8, right: 4, bottom: 26, left: 46 };
  const { ref, width, x, handlers, read, selected } = useTimeChart(readings, props, margin, props.onChoose);
  const y = scaleLinear([0, reach], [height - margin.bottom, margin.top]);
  if (!compact) y.nice(3);
  const at = read ? x((read.start + read.end) / 2) : 0;
  return (
    <figure className={classes.figure} data-compact={compact || undefined}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span className={`${classes.reading} numeric`} role="status">
          {selected
            ? spanTitle(selected)
            : read
              ? `${formatShare(read.value)} of ${plural(read.posts, "post")}, ${spanTitle(read)}`
              : latest}
        </span>
      </figcaption>
      <div ref={ref} style={{ height }}>
        <TimeChart
          width={width}
          height={height}
          summary={summary}
          slices={readings}
          read={read}
          handlers={handlers}
        >
          {compact ? (
            <line className={classes.base} x1={0} x2={width} y1={y(0)} y2={y(0)} />
          ) : (
            <Axes
              x={x}
              y={y}
              width={width}
              height={height}
              lines={3}
              write={(value) => `${Number((value * 100).toFixed(1))} %`}
            />
          )}
          {runsOf(readings).map((run) => (
            <path key={run[0]?.start} className={classes.area} d={areaOf(run, x, y)} />
          ))}
          <path className={classes.ghost} d={pathOf(before, x, y)} />
          <path className={classes.line} d={pathOf(readings, x, y)} />
          <Selection selected={selected} x={x} top={margin.top} bottom={height - margin.bottom} />
          {read && (
            <>
              <line className={classes.cursor} x1={at} x2={at} y1={margin.top} y2={y(0)} />
              {read.value !== null && <circle className={classes.dot} cx={at} cy={y(read.value)} r={3.5} />}
              {!compact && <CursorTime span={read} at={at} width={width} height={height} />}
            </>
          )}
        </TimeChart>
      </div>
    </figure>
  );
}

function areaOf(run: readonly Point[], x: (moment: number) => number, y: (value: number) => number): string {
  const [first] = run;
  const last = run.at(-1);
  if (!first || !last || run.length < 2) return "";
  const edge = (point: Point) => x((point.start + point.end) / 2);
  return `${pathOf(run, x, y)}L${edge(last)},${y(0)}L${edge(first)},${y(0)}Z`;
}

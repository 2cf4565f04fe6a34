import type { Bar, Segment, Series } from "./bars";
import classes from "./TrendChart.module.css";

interface TrendBarsProps {
  bars: readonly Bar[];
  /** Per bar, from bottom to top. */
  stacks: readonly (readonly Segment[])[];
  /** Bars of slices that the range cuts, or that are not over. */
  partial: ReadonlySet<Bar>;
  dimmed(index: number): boolean;
  x(moment: number): number;
  y(value: number): number;
}

export function TrendBars({ bars, stacks, partial, dimmed, x, y }: TrendBarsProps) {
  return (
    <>
      <Hatch />
      {bars.map((bar, index) => (
        <BarStack
          key={bar.start}
          left={x(bar.start)}
          right={x(bar.end)}
          segments={(stacks[index] ?? []).map(({ series, low, high }) => ({
            series,
            top: y(high),
            height: Math.max(0, y(low) - y(high)),
          }))}
          dimmed={dimmed(index)}
          partial={partial.has(bar)}
        />
      ))}
    </>
  );
}

interface BarStackProps {
  left: number;
  right: number;
  segments: { series: Series; top: number; height: number }[];
  dimmed: boolean;
  partial: boolean;
}

function BarStack({ left, right, segments, dimmed, partial }: BarStackProps) {
  const gap = right - left > 6 ? Math.min(4, (right - left) * 0.18) : right - left > 3 ? 1 : 0;
  const width = Math.max(1, right - left - gap);
  const top = segments.at(-1)?.top ?? 0;
  const [lowest] = segments;
  return (
    <g className={classes.stack} data-dimmed={dimmed || undefined} data-partial={partial || undefined}>
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
      {partial && lowest && (
        <rect
          className={classes.outline}
          x={left + gap / 2}
          y={top - 2}
          width={width}
          height={lowest.top + lowest.height - top + 2}
          rx={2}
        />
      )}
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

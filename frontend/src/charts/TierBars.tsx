import { scaleLinear } from "d3-scale";
import { formatCount, formatShare, plural } from "../lib/format";
import { TIER_TITLES } from "../lib/tiers";
import { type TierBar, tierStack } from "../lib/tierTrend";
import { useIsFullScreen } from "../ui/useFullScreen";
import { Axes } from "./Axes";
import { CursorTime } from "./CursorTime";
import classes from "./TierBars.module.css";
import { TimeChart } from "./TimeChart";
import { spanTitle } from "./timeAxis";
import { useTimeChart } from "./useTimeChart";

const MARGIN = { top: 8, right: 4, bottom: 26, left: 46 };
const HEIGHT = 190;

interface TierBarsProps {
  bars: readonly TierBar[];
  start: number;
  end: number;
  summary: string;
  onChoose(start: number, end: number): void;
}

/** Who read what share of each slice of time; read and chosen like the trend. */
export function TierBars({ bars, start, end, summary, onChoose }: TierBarsProps) {
  const height = useIsFullScreen() ? 2 * HEIGHT : HEIGHT;
  const { ref, width, x, handlers, read, isDimmed } = useTimeChart(bars, { start, end }, MARGIN, onChoose);
  const y = scaleLinear([0, 1], [height - MARGIN.bottom, MARGIN.top]);
  return (
    <div>
      <p className={`${classes.reading} numeric`} role="status">
        {read ? readout(read) : "\u00a0"}
      </p>
      <div ref={ref} style={{ height }}>
        <TimeChart
          width={width}
          height={height}
          summary={summary}
          slices={bars}
          read={read}
          handlers={handlers}
        >
          <defs>
            <Hatch id="read-fast" turn={90} size={4} ground={classes.fast} line={classes.cut} />
            <Hatch id="read-llm" turn={-45} size={5} ground={classes.llm} line={classes.cut} />
            <Hatch id="unread" turn={45} size={5} ground={classes.ground} line={classes.stripe} />
          </defs>
          <Axes x={x} y={y} width={width} height={height} lines={4} write={(value) => `${value * 100} %`} />
          {bars.map((one, index) => {
            const room = x(one.end) - x(one.start);
            const gap = room > 6 ? Math.min(4, room * 0.18) : room > 3 ? 1 : 0;
            return (
              <g key={one.start} data-dimmed={isDimmed(index) || undefined} className={classes.bar}>
                {tierStack(one).map(({ tier, low, high }) => (
                  <rect
                    key={tier}
                    data-tier={tier}
                    x={x(one.start) + gap / 2}
                    y={y(high)}
                    width={Math.max(1, room - gap)}
                    height={Math.max(0.5, y(low) - y(high))}
                  />
                ))}
              </g>
            );
          })}
          {read && (
            <CursorTime span={read} at={x((read.start + read.end) / 2)} width={width} height={height} />
          )}
        </TimeChart>
      </div>
    </div>
  );
}

interface HatchProps {
  id: string;
  /** Degrees from upright. */
  turn: number;
  size: number;
  ground: string | undefined;
  line: string | undefined;
}

/** Parallel lines, so that tiers are told apart without their colours. */
function Hatch({ id, turn, size, ground, line }: HatchProps) {
  return (
    <pattern
      id={id}
      width={size}
      height={size}
      patternUnits="userSpaceOnUse"
      patternTransform={`rotate(${turn})`}
    >
      <rect width={size} height={size} className={ground} />
      <line x1={size / 2} y1="0" x2={size / 2} y2={size} className={line} />
    </pattern>
  );
}

function readout(bar: TierBar): string {
  const parts = tierStack(bar).map(
    ({ tier, low, high }) =>
      `${TIER_TITLES[tier]} ${formatShare(high - low)} (${formatCount(bar.counts[tier])})`,
  );
  return `${spanTitle(bar)}, ${plural(bar.posts, "post")}: ${parts.join(", ")}`;
}

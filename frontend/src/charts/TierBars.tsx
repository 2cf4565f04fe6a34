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
            <pattern id="read-fast" width="4" height="4" patternUnits="userSpaceOnUse">
              <rect width="4" height="4" className={classes.fast} />
              <line x1="0" y1="2" x2="4" y2="2" className={classes.cut} />
            </pattern>
            <pattern
              id="read-llm"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(-45)"
            >
              <rect width="5" height="5" className={classes.llm} />
              <line x1="0" y1="0" x2="0" y2="5" className={classes.cut} />
            </pattern>
            <pattern
              id="unread"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="5" height="5" className={classes.ground} />
              <line x1="0" y1="0" x2="0" y2="5" className={classes.stripe} />
            </pattern>
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

function readout(bar: TierBar): string {
  const parts = tierStack(bar).map(
    ({ tier, low, high }) =>
      `${TIER_TITLES[tier]} ${formatShare(high - low)} (${formatCount(bar.counts[tier])})`,
  );
  return `${spanTitle(bar)}, ${plural(bar.posts, "post")}: ${parts.join(", ")}`;
}

import { useElementSize } from "@mantine/hooks";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Preview } from "../api/alerts";
import { type AlertType, isShare, typeValue } from "../lib/alerts";
import { formatCompact } from "../lib/format";
import classes from "./PreviewChart.module.css";
import { spaced, ticksOf, timeScale, timeTick } from "./timeAxis";

const HEIGHT = 170;
const MARGIN = { top: 8, right: 6, bottom: 22, left: 44 };
const THINNEST = 2;

interface PreviewChartProps {
  preview: Preview;
  type: AlertType;
  threshold: number;
  summary: string;
}

/** The value over time against the threshold; bands are the alerts there would have been, gaps too few posts. */
export function PreviewChart({ preview, type, threshold, summary }: PreviewChartProps) {
  const { ref, width } = useElementSize();
  const start = Date.parse(preview.start);
  const end = Date.parse(preview.end);
  const highest = Math.max(threshold * 1.2, preview.highest ?? 0);
  const x = timeScale([start, end], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
  const y = scaleLinear(
    [0, isShare(type) ? Math.min(1, highest) : highest],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const path = line<Preview["points"][number]>()
    .defined((point) => point.value !== null)
    .x((point) => x(Date.parse(point.at)))
    .y((point) => y(point.value ?? 0));
  return (
    <div ref={ref} className={classes.chart} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={summary}>
          {y.ticks(4).map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line className={classes.grid} x1={MARGIN.left} x2={width - MARGIN.right} />
              <text className={classes.tick} x={MARGIN.left - 6} dy="0.32em" textAnchor="end">
                {isShare(type) ? `${Math.round(tick * 100)} %` : formatCompact(tick)}
              </text>
            </g>
          ))}
          {spaced(
            ticksOf(x, Math.max(2, Math.min(7, Math.floor(width / 80)))),
            x,
            MARGIN.left,
            width - 22,
          ).map(({ tick, at }) => (
            <text key={tick} className={classes.tick} x={at} y={HEIGHT - 6} textAnchor="middle">
              {timeTick(tick)}
            </text>
          ))}
          {preview.episodes.map((one) => {
            const left = x(Date.parse(one.triggered_at));
            const right = one.resolved_at === null ? x(end) : x(Date.parse(one.resolved_at));
            return (
              <rect
                key={one.triggered_at}
                className={classes.episode}
                x={left}
                width={Math.max(THINNEST, right - left)}
                y={MARGIN.top}
                height={HEIGHT - MARGIN.top - MARGIN.bottom}
              />
            );
          })}
          <path className={classes.value} d={path(preview.points) ?? ""} />
          <line
            className={classes.threshold}
            x1={MARGIN.left}
            x2={width - MARGIN.right}
            y1={y(threshold)}
            y2={y(threshold)}
          />
          <text className={classes.label} x={width - MARGIN.right} y={y(threshold) - 5} textAnchor="end">
            threshold {typeValue(type, threshold)}
          </text>
        </svg>
      )}
    </div>
  );
}

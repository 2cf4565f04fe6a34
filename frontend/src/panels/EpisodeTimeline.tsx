import { useElementSize } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Alert } from "../api/types";
import { barsOf, type Lane, lanesOf } from "../charts/lanes";
import { spaced, ticksOf, timeScale, timeTick } from "../charts/timeAxis";
import { alertHeadline, alertLength, isSnoozed } from "../lib/alerts";
import { episodeTable } from "../lib/episodeTable";
import { formatBoth, formatDayAndTime, plural } from "../lib/format";
import { Panel, PanelBody } from "../ui/Panel";
import { useNow } from "../ui/useNow";
import classes from "./EpisodeTimeline.module.css";

const HEIGHT = 120;
const LANE = 26;

interface EpisodeTimelineProps {
  query: UseQueryResult<{ alerts: Alert[]; hasMore: boolean }>;
  start: number;
  end: number;
  chosen: number | null;
  open(id: number): void;
}

/** Episodes over time, a lane a rule. The list below says the same in words, and is what the keyboard walks. */
export function EpisodeTimeline({ query, start, end, chosen, open }: EpisodeTimelineProps) {
  return (
    <Panel
      title="Episodes over time"
      about="One bar an episode, from the check that raised it to the one that saw it end; a lane is a rule. Hatched bars have not ended."
      query={query}
      csv={query.data && (() => episodeTable(query.data.alerts))}
      subtitle={query.data && plural(query.data.alerts.length, "episode")}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(data) => data.alerts.length === 0}
        empty="No episode in this time. Rules that never raise an alert can be tried over stored history below."
      >
        {(data) => <Lanes alerts={data.alerts} start={start} end={end} chosen={chosen} open={open} />}
      </PanelBody>
    </Panel>
  );
}

interface LanesProps {
  alerts: Alert[];
  start: number;
  end: number;
  chosen: number | null;
  open(id: number): void;
}

function Lanes({ alerts, start, end, chosen, open }: LanesProps) {
  const { ref, width } = useElementSize();
  const now = useNow(30_000);
  const lanes = lanesOf(alerts);
  return (
    <div className={classes.lanes} data-testid="episode-timeline">
      {lanes.map((lane) => (
        <div key={lane.rule} className={classes.lane}>
          <span className={classes.rule}>{lane.title}</span>
          <LaneBars lane={lane} width={width} start={start} end={end} now={now} chosen={chosen} open={open} />
        </div>
      ))}
      <div className={classes.lane}>
        <span className={classes.rule} />
        <div ref={ref} className={classes.axis} aria-hidden="true">
          {width > 0 && <Axis start={start} end={end} width={width} />}
        </div>
      </div>
    </div>
  );
}

interface LaneBarsProps extends Omit<LanesProps, "alerts"> {
  lane: Lane;
  width: number;
  now: number;
}

function LaneBars({ lane, width, start, end, now, chosen, open }: LaneBarsProps) {
  return (
    <svg className={classes.bars} width={width} height={LANE} role="img" aria-label={laneSummary(lane)}>
      <line className={classes.track} x1={0} x2={width} y1={LANE / 2} y2={LANE / 2} />
      {width > 0 &&
        barsOf(lane, start, end, width, now).map(({ alert, left, width: room }) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list below is for keys
          <g
            key={alert.id}
            className={classes.episode}
            data-chosen={alert.id === chosen || undefined}
            data-open={alert.resolved_at === null || undefined}
            data-quiet={isSnoozed(alert, now) || undefined}
            onClick={() => open(alert.id)}
          >
            <title>
              {`${alertHeadline(alert)}\n${formatBoth(Date.parse(alert.triggered_at))}, ${alertLength(alert, now)}`}
            </title>
            <rect x={left} y={5} width={room} height={LANE - 10} rx={4} />
          </g>
        ))}
    </svg>
  );
}

function laneSummary({ title, episodes }: Lane): string {
  const latest = episodes.at(-1);
  const count = `${title}: ${plural(episodes.length, "episode")}`;
  if (!latest) return count;
  const began = formatDayAndTime(Date.parse(latest.triggered_at));
  return `${count}, the latest from ${began}, ${latest.resolved_at === null ? "still open" : "ended"}`;
}

function Axis({ start, end, width }: { start: number; end: number; width: number }) {
  const x = timeScale([start, end], [0, width]);
  return (
    <svg width={width} height={20} aria-hidden="true">
      {spaced(ticksOf(x, Math.max(2, Math.min(8, Math.floor(width / 90)))), x, 18, width - 20).map(
        ({ tick, at }) => (
          <text key={tick} className={classes.tick} x={at} y={14} textAnchor="middle">
            {timeTick(tick)}
          </text>
        ),
      )}
    </svg>
  );
}

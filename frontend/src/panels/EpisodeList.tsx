import type { UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import type { Alert } from "../api/types";
import { alertLength, alertTitle, alertValue, isSnoozed } from "../lib/alerts";
import { episodeTable } from "../lib/episodeTable";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useListKeys } from "../ui/useListKeys";
import { useNow } from "../ui/useNow";
import classes from "./EpisodeList.module.css";

const HEIGHT = 240;

interface EpisodeListProps {
  query: UseQueryResult<{ alerts: Alert[]; hasMore: boolean }>;
  chosen: number | null;
  open(id: number): void;
}

/** Episodes in words, newest first. */
export function EpisodeList({ query, chosen, open }: EpisodeListProps) {
  const now = useNow(10_000);
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.alerts.length ?? 0);
  return (
    <Panel
      title="Episodes"
      about="Newest first: what was measured at its worst, when it began and how long it lasted. Snoozed rules raise no banner, but their episodes are kept."
      query={query}
      csv={query.data && (() => episodeTable(query.data.alerts))}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(data) => data.alerts.length === 0}
        empty={
          <>
            <Icon name="check" size={20} />
            No alert in this time.
          </>
        }
      >
        {(data) => (
          <>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
            <ul ref={list} className={classes.list} tabIndex={0} aria-label="Episodes" data-testid="episodes">
              {data.alerts.map((alert, row) => (
                <li key={alert.id} data-row={row}>
                  <button
                    type="button"
                    data-row-focus=""
                    className={`${classes.row} numeric`}
                    aria-pressed={alert.id === chosen}
                    onClick={() => open(alert.id)}
                  >
                    <span className={classes.title}>
                      {alertTitle(alert)}
                      {alert.scope && <span className={classes.scope}> {alert.scope.value}</span>}
                    </span>
                    <span className={classes.value}>{alertValue(alert, alert.actual_value)}</span>
                    <span className={classes.detail}>
                      <Timestamp at={alert.triggered_at} />, {alertLength(alert, now)}
                    </span>
                    <State alert={alert} now={now} />
                  </button>
                </li>
              ))}
            </ul>
            {data.hasMore && (
              <p className={classes.more}>Only the newest are shown; choose a shorter time.</p>
            )}
          </>
        )}
      </PanelBody>
    </Panel>
  );
}

/** Where it stands, in a word; the sign repeats it. */
export function State({ alert, now }: { alert: Alert; now: number }) {
  const state =
    alert.resolved_at !== null ? "ended" : alert.acknowledged_by !== null ? "acknowledged" : "open";
  return (
    <span className={classes.states}>
      <span className={classes.state} data-state={state}>
        <Icon name={state === "open" ? "alert" : "check"} size={12} />
        {state}
      </span>
      {isSnoozed(alert, now) && (
        <span className={classes.state}>
          <Icon name="clock" size={12} />
          snoozed
        </span>
      )}
    </span>
  );
}

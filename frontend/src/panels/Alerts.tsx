import { useAlerts } from "../api/hooks";
import type { Alert } from "../api/types";
import { alertTitle, alertValue } from "../lib/alerts";
import { episodeTable } from "../lib/episodeTable";
import { formatClock, formatDuration, plural } from "../lib/format";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import classes from "./Alerts.module.css";

const SHOWN = 20;
/** Room for a few; a longer list is given more by its neighbours, or scrolls. */
const HEIGHT = 140;

export default function Alerts() {
  const past = useAlerts(false, SHOWN);
  return (
    <Panel
      title="Past alerts"
      about="Episodes that have ended, newest first: one row from the moment a window went over its threshold until it fell well below it. Open episodes stand at the top of the page."
      query={past}
      csv={past.data && (() => episodeTable(past.data.alerts))}
    >
      <PanelBody
        query={past}
        height={HEIGHT}
        isEmpty={(data) => data.alerts.length === 0}
        empty={
          <>
            <Icon name="check" size={20} />
            No episode has ended yet.
          </>
        }
      >
        {(data) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus
          <ul className={classes.list} tabIndex={0} aria-label="Past alerts" data-testid="alerts">
            {data.alerts.map((alert) => (
              <Episode key={alert.id} alert={alert} />
            ))}
          </ul>
        )}
      </PanelBody>
    </Panel>
  );
}

function Episode({ alert }: { alert: Alert }) {
  const now = useNow(30_000);
  const began = Date.parse(alert.triggered_at);
  const ended = alert.resolved_at === null ? now : Date.parse(alert.resolved_at);
  return (
    <li className={`${classes.episode} numeric`}>
      <Icon name="alert" size={16} />
      <div>
        <p className={classes.title}>
          {alertTitle(alert)} <span className={classes.value}>{alertValue(alert, alert.actual_value)}</span>
        </p>
        <p className={classes.detail}>
          threshold {alertValue(alert, alert.threshold_value)}, {plural(alert.post_count, "post")}
        </p>
      </div>
      <div className={classes.when}>
        <Timestamp at={began} />
        <p className={classes.detail}>
          {formatDuration(Math.max(0, ended - began))}
          {alert.resolved_at !== null && (
            <>
              , until <Timestamp at={ended} write={formatClock} />
            </>
          )}
        </p>
      </div>
    </li>
  );
}

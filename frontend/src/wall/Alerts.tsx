import type { Alert } from "../api/types";
import { alertHeadline, alertSubject } from "../lib/alerts";
import { formatAgo } from "../lib/format";
import { AlertWindow } from "../panels/AlertWindow";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/useNow";
import classes from "./Alerts.module.css";

const MOST = 3;

/** What is going on, what about, since when, and whether somebody acknowledged it. */
export default function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const now = useNow(10_000);
  return (
    <div className={classes.scene}>
      {alerts.slice(0, MOST).map((alert) => {
        const subject = alertSubject(alert);
        return (
          <article
            key={alert.id}
            className={classes.alert}
            data-known={alert.acknowledged_by !== null || undefined}
          >
            <Icon name="alert" size={64} />
            <div className="numeric">
              <h2>{alertHeadline(alert)}</h2>
              {subject && <p className={classes.subject}>mostly about {subject}</p>}
              <p>
                <AlertWindow alert={alert} />
              </p>
              <p>
                began {formatAgo(Date.parse(alert.triggered_at), now)},{" "}
                {alert.acknowledged_by === null
                  ? "not acknowledged yet"
                  : `acknowledged by ${alert.acknowledged_by}`}
              </p>
            </div>
          </article>
        );
      })}
      {alerts.length > MOST && <p className={classes.more}>{alerts.length - MOST} more</p>}
    </div>
  );
}

import { useAlerts } from "../api/hooks";
import { alertHeadline, alertSubject, alertWindow } from "../lib/alerts";
import { formatAgo } from "../lib/format";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/useNow";
import classes from "./AlertBanner.module.css";

const MOST = 3;

/** Episodes that are going on, above everything else. */
export function AlertBanner() {
  const open = useAlerts(true, MOST);
  const now = useNow(10_000);
  const alerts = open.data?.alerts ?? [];
  if (alerts.length === 0) return null;
  return (
    <section className={classes.banner} role="alert" aria-label="Open alerts" data-testid="alert-banner">
      {alerts.map((alert) => {
        const subject = alertSubject(alert);
        return (
          <p key={alert.id} className={`${classes.line} numeric`}>
            <Icon name="alert" size={17} />
            <strong>
              {alertHeadline(alert)}
              {subject && `, mostly about ${subject}`}
            </strong>
            <span>{alertWindow(alert)}</span>
            <span className={classes.since}>began {formatAgo(Date.parse(alert.triggered_at), now)}</span>
          </p>
        );
      })}
      {open.data?.hasMore && <p className={classes.line}>More episodes are open; see the list below.</p>}
    </section>
  );
}

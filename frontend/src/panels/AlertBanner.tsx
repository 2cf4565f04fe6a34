import { Link, useLocation } from "react-router";
import { useAlerts } from "../api/hooks";
import { alertHeadline, alertSubject, isSnoozed } from "../lib/alerts";
import { formatAgo } from "../lib/format";
import { Icon } from "../ui/Icon";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import classes from "./AlertBanner.module.css";
import { AlertWindow } from "./AlertWindow";

const MOST = 3;
/** Read, so that snoozed ones, which are not shown, leave enough. */
const READ = 50;

/** Episodes that are going on, above everything else; those of a snoozed rule call nobody. */
export function AlertBanner() {
  const open = useAlerts(true, READ);
  const now = useNow(10_000);
  const { search } = useLocation();
  const calling = (open.data?.alerts ?? []).filter((alert) => !isSnoozed(alert, now));
  if (calling.length === 0) return null;
  return (
    <section className={classes.banner} role="alert" aria-label="Open alerts" data-testid="alert-banner">
      {calling.slice(0, MOST).map((alert) => {
        const subject = alertSubject(alert);
        const to = new URLSearchParams(search);
        to.set("alert", String(alert.id));
        return (
          <p key={alert.id} className={`${classes.line} numeric`} data-known={alert.acknowledged_by !== null}>
            <Icon name="alert" size={17} />
            <strong>
              {alertHeadline(alert)}
              {subject && `, mostly about ${subject}`}
            </strong>
            <span>
              <AlertWindow alert={alert} />
            </span>
            <span className={classes.since}>
              {alert.acknowledged_by !== null && (
                <span className={classes.known}>
                  <Icon name="check" size={13} /> acknowledged by {alert.acknowledged_by}
                </span>
              )}
              began <Timestamp at={alert.triggered_at} write={(ms) => formatAgo(ms, now)} fact />{" "}
              <Link className={classes.more} to={{ pathname: "/alerts", search: `?${to}` }}>
                Why<span className={classes.hidden}> {alertHeadline(alert)}</span>
              </Link>
            </span>
          </p>
        );
      })}
      {calling.length > MOST && (
        <p className={classes.line}>
          <Link className={classes.more} to={{ pathname: "/alerts", search }}>
            {calling.length - MOST} more
          </Link>
        </p>
      )}
    </section>
  );
}

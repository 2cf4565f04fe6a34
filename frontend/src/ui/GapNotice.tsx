import { useEffect } from "react";
import { formatClockSeconds, plural } from "../lib/format";
import { useLive } from "../live/store";
import { dismissGap } from "../live/useLiveConnection";
import classes from "./GapNotice.module.css";
import { Icon } from "./Icon";
import notice from "./Notice.module.css";
import { Timestamp } from "./Timestamp";

const SHOWN_MS = 30_000;

/** Says that what happened while the server was away is on the screen now. */
export function GapNotice() {
  const gap = useLive((state) => state.status.gap);
  useEffect(() => {
    if (!gap) return;
    const timer = setTimeout(dismissGap, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [gap]);
  return (
    <div className={notice.place} role="status">
      {gap && (
        <p className={`${notice.notice} numeric`} data-testid="gap" data-count={gap.count}>
          <Icon name="check" size={16} />
          <span>
            <strong>Caught up:</strong> {plural(gap.count, "post")}{" "}
            {gap.cause === "away" ? "while the server was away" : "while nobody looked"}
            {!gap.complete && "; so many that only the newest are shown"}{" "}
            <span className={classes.at}>
              (<Timestamp at={gap.filledAt} write={formatClockSeconds} />)
            </span>
          </span>
          <button type="button" onClick={dismissGap} aria-label="Dismiss">
            <Icon name="close" size={14} />
          </button>
        </p>
      )}
    </div>
  );
}

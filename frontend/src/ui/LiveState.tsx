import { formatAgo } from "../lib/format";
import { isAway, type LiveStatus } from "../live/status";
import { useLive } from "../live/store";
import { retryNow } from "../live/useLiveConnection";
import { Icon } from "./Icon";
import classes from "./LiveState.module.css";
import { Timestamp } from "./Timestamp";
import { useNow } from "./useNow";

export type LiveTone = "live" | "busy" | "away" | "paused";

/** The words for the state of the connection; pure, so that each can be tested. */
export function describe(status: LiveStatus, paused: boolean, now: number): { tone: LiveTone; text: string } {
  switch (status.phase) {
    case "live":
      return paused ? { tone: "paused", text: "Feed paused" } : { tone: "live", text: "Live" };
    case "catching_up":
      return { tone: "busy", text: "Catching up" };
    case "connecting":
      return isAway(status)
        ? { tone: "away", text: "Server away, trying now" }
        : { tone: "busy", text: "Connecting" };
    case "resting":
      return { tone: "paused", text: "Resting while hidden" };
    case "away": {
      const wait = Math.max(0, Math.ceil(((status.retryAt ?? now) - now) / 1_000));
      return { tone: "away", text: `Server away, next try in ${wait} s` };
    }
  }
}

export function LiveState() {
  const status = useLive((state) => state.status);
  const paused = useLive((state) => state.holds.paused);
  const now = useNow(isAway(status) ? 250 : 1_000);
  const { tone, text } = describe(status, paused, now);
  return (
    <div className={classes.state} data-tone={tone} data-testid="live-state" data-phase={status.phase}>
      <span className={classes.dot} aria-hidden="true" />
      {/* Only changes of tone are announced: a countdown read aloud every second helps nobody. */}
      <span className={classes.text} aria-live="off">
        {text}
      </span>
      <span className={classes.announce} role="status">
        {tone === "away" ? "The server is away. The last data stays on screen." : ""}
      </span>
      {status.heardAt !== null && (
        <span className={`${classes.age} numeric`} data-testid="data-age">
          {tone === "away" ? "data from " : "updated "}
          <Timestamp at={status.heardAt} write={(ms) => formatAgo(ms, now)} fact />
        </span>
      )}
      {status.phase === "away" && (
        <button type="button" className={classes.retry} onClick={retryNow}>
          <Icon name="refresh" size={13} /> Now
        </button>
      )}
    </div>
  );
}

import { formatAgo } from "../lib/format";
import { isAway } from "../live/status";
import { useLive } from "../live/store";
import { describe } from "../ui/LiveState";
import { useNow } from "../ui/useNow";
import classes from "./WallState.module.css";

/** Whether what hangs on the wall is of now: nobody stands near enough to ask. */
export function WallState() {
  const status = useLive((state) => state.status);
  const paused = useLive((state) => state.holds.paused);
  const away = isAway(status);
  const now = useNow(away ? 250 : 1_000);
  const { tone, text } = describe(status, paused, now);
  return (
    <p className={`${classes.state} numeric`} data-tone={tone} data-testid="wall-state">
      <span className={classes.dot} aria-hidden="true" />
      {text}
      {away && status.heardAt !== null && <strong>data from {formatAgo(status.heardAt, now)}</strong>}
      <span className={classes.announce} role="status">
        {tone === "away" ? "The server is away. The last data stays on screen." : ""}
      </span>
    </p>
  );
}

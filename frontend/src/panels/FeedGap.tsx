import { formatClockSeconds, plural } from "../lib/format";
import type { Gap } from "../live/status";
import { Icon } from "../ui/Icon";
import { Timestamp } from "../ui/Timestamp";
import classes from "./FeedGap.module.css";

/** A line across the feed: what is above it came in while nothing was heard, and was read afterwards. */
export function FeedGap({ gap }: { gap: Gap }) {
  return (
    <p className={`${classes.line} numeric`} data-testid="feed-gap">
      <Icon name="arrowUp" size={12} />
      {plural(gap.count, "post")} from while {gap.cause === "away" ? "the server was away" : "nobody looked"},
      read at <Timestamp at={gap.filledAt} write={formatClockSeconds} />
    </p>
  );
}

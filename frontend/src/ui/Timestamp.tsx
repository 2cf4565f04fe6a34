import { formatBoth, formatDayAndTime } from "../lib/format";
import { Tip } from "./Tip";

interface TimestampProps {
  /** In ms since 1970, or as ISO 8601. */
  at: number | string;
  /** How it is written, if not by day and time. */
  write?(ms: number): string;
  /** It is told here alone, not in what a row opens: the keyboard gets to it, and a tap shows the rest. */
  fact?: boolean;
  className?: string | undefined;
}

/** A moment on the viewer's clock; to the second, and in UTC, when it is pointed at. */
export function Timestamp({ at, write = formatDayAndTime, fact, className }: TimestampProps) {
  const ms = typeof at === "number" ? at : Date.parse(at);
  const both = formatBoth(ms);
  const time = (
    <time className={className} dateTime={new Date(ms).toISOString()} title={fact ? undefined : both}>
      {write(ms)}
    </time>
  );
  if (!fact) return time;
  return (
    <Tip label={both} focusable>
      {time}
    </Tip>
  );
}

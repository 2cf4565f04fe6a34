import type { Alert } from "../api/types";
import { alertValue } from "../lib/alerts";
import { formatClock, plural } from "../lib/format";
import { Timestamp } from "../ui/Timestamp";

/** What an alert was measured on, and against. */
export function AlertWindow({ alert }: { alert: Alert }) {
  return (
    <>
      of {plural(alert.post_count, "post")} from <Timestamp at={alert.window_start} write={formatClock} /> to{" "}
      <Timestamp at={alert.window_end} write={formatClock} />; the threshold is{" "}
      {alertValue(alert, alert.threshold_value)}
    </>
  );
}

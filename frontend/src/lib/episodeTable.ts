import type { Alert } from "../api/types";
import type { Table } from "./table";

/** Episodes as rows: what was measured as it was measured, moments as the API writes them. */
export function episodeTable(alerts: readonly Alert[]): Table {
  return {
    columns: [
      "id",
      "rule",
      "kind",
      "dimension",
      "value",
      "triggered_at",
      "resolved_at",
      "actual",
      "threshold",
      "posts",
      "acknowledged_by",
      "note",
    ],
    rows: alerts.map((alert) => [
      alert.id,
      alert.rule_name || alert.rule_id,
      alert.alert_type,
      alert.scope?.dimension,
      alert.scope?.value,
      alert.triggered_at,
      alert.resolved_at,
      alert.actual_value,
      alert.threshold_value,
      alert.post_count,
      alert.acknowledged_by,
      alert.acknowledged_note,
    ]),
  };
}

import type { Alert } from "../api/types";
import { formatClock, formatShare, plural } from "./format";

const TITLES: Record<Alert["alert_type"], string> = {
  high_negative_sentiment: "Many negative posts",
  high_negative_ratio: "Negative far outweighs positive",
};

export function alertTitle(alert: Alert): string {
  return TITLES[alert.alert_type] ?? alert.alert_type;
}

/** A share for one type, a ratio for the other. */
export function alertValue(alert: Alert, value: number): string {
  return alert.alert_type === "high_negative_sentiment" ? formatShare(value) : `${value.toFixed(1)} to 1`;
}

export function alertHeadline(alert: Alert): string {
  const value = alertValue(alert, alert.actual_value);
  const unit = alert.alert_type === "high_negative_sentiment" ? " negative" : "";
  return `${alertTitle(alert)}: ${value}${unit}`;
}

export function alertWindow(alert: Alert): string {
  const from = formatClock(Date.parse(alert.window_start));
  const to = formatClock(Date.parse(alert.window_end));
  const threshold = alertValue(alert, alert.threshold_value);
  return `of ${plural(alert.post_count, "post")} from ${from} to ${to}; the threshold is ${threshold}`;
}

/** The product most of the negative posts are about, if it has more than half of them. */
export function alertSubject(alert: Alert): string | null {
  const { negative, products } = alert.details as { negative?: number; products?: Record<string, number> };
  const [leading] = Object.entries(products ?? {}).sort(([, a], [, b]) => b - a);
  return leading && negative && leading[1] * 2 > negative ? leading[0] : null;
}

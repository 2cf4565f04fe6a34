import type { Alert } from "../api/types";
import type { Dimension } from "./filters";
import { formatCount, formatDuration, formatShare, plural } from "./format";

export type AlertType = Alert["alert_type"];

export const ALERT_TYPES: readonly AlertType[] = [
  "high_negative_sentiment",
  "high_negative_ratio",
  "high_churn_risk",
  "high_volume",
];

export const TYPE_TITLES: Record<AlertType, string> = {
  high_negative_sentiment: "Many negative posts",
  high_negative_ratio: "Negative far outweighs positive",
  high_churn_risk: "Many who may leave",
  high_volume: "Many posts",
};

/** What the value counts, after "when". */
export const TYPE_MEASURES: Record<AlertType, string> = {
  high_negative_sentiment: "negative posts, as a share of scored posts",
  high_negative_ratio: "negative posts for each positive one",
  high_churn_risk: "posts of high churn risk, as a share of those read for it",
  high_volume: "posts",
};

export const isShare = (type: AlertType): boolean =>
  type === "high_negative_sentiment" || type === "high_churn_risk";

export function alertTitle(alert: Alert): string {
  return alert.rule_name || TYPE_TITLES[alert.alert_type] || alert.alert_type;
}

/** A share, a ratio or a count, by its type. */
export function typeValue(type: AlertType, value: number): string {
  if (isShare(type)) return formatShare(value);
  return type === "high_volume" ? formatCount(value) : `${value.toFixed(1)} to 1`;
}

export function alertValue(alert: Alert, value: number): string {
  return typeValue(alert.alert_type, value);
}

const UNITS: Record<AlertType, string> = {
  high_negative_sentiment: " negative",
  high_negative_ratio: "",
  high_churn_risk: " at risk of leaving",
  high_volume: " posts",
};

export function alertHeadline(alert: Alert): string {
  return `${alertTitle(alert)}: ${alertValue(alert, alert.actual_value)}${UNITS[alert.alert_type] ?? ""}`;
}

/** The product most of the negative posts are about, if it has more than half of them. */
export function alertSubject(alert: Alert): string | null {
  if (alert.scope?.dimension === "product") return alert.scope.value;
  const { negative, products } = alert.details as { negative?: number; products?: Record<string, number> };
  const [leading] = Object.entries(products ?? {}).sort(([, a], [, b]) => b - a);
  return leading && negative && leading[1] * 2 > negative ? leading[0] : null;
}

/** Whether its rule calls nobody now. */
export function isSnoozed(alert: Pick<Alert, "snoozed_until">, now: number): boolean {
  return alert.snoozed_until !== null && Date.parse(alert.snoozed_until) > now;
}

/** From its beginning to its end, or to now while it lasts; in ms since 1970. */
export function alertSpan(alert: Alert, now: number): { start: number; end: number } {
  const start = Date.parse(alert.triggered_at);
  return { start, end: alert.resolved_at === null ? Math.max(start, now) : Date.parse(alert.resolved_at) };
}

export function alertLength(alert: Alert, now: number): string {
  const { start, end } = alertSpan(alert, now);
  return formatDuration(end - start);
}

/** What a rule says, as a sentence. */
export function ruleSentence(rule: {
  alert_type: AlertType;
  threshold: number;
  window_seconds: number;
  min_posts: number;
}): string {
  const { alert_type: type, threshold, window_seconds, min_posts } = rule;
  const window = formatDuration(window_seconds * 1_000);
  return `More than ${typeValue(type, threshold)} ${TYPE_MEASURES[type]}, within ${window} and over at least ${plural(min_posts, "post")}`;
}

export type ScopeDimension = Extract<
  Dimension,
  "source" | "product" | "channel" | "country" | "city" | "language"
>;
export const SCOPE_DIMENSIONS: readonly ScopeDimension[] = [
  "product",
  "source",
  "channel",
  "country",
  "city",
  "language",
];

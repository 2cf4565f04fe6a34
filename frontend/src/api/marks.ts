import type { Mark } from "../charts/marks";
import { alertHeadline } from "../lib/alerts";
import { MOST_EPISODES, useEpisodes } from "./alerts";
import { useAnnotations } from "./annotations";
import type { Alert } from "./types";

/** A range that ends now begins later every time it is read; the question is another only every minute. */
const STEADY_MS = 60_000;

export interface Marks {
  marks: Mark[];
  /** The newest so many of the episodes are there, and others are not; null where all of them are. */
  cutAt: number | null;
}

/** What happened in [start, end), ISO 8601: alert episodes, open ones included, and what people wrote. */
export function useMarks(start: string | undefined, end: string | undefined, now: number): Marks {
  const alerts = useEpisodes({
    start: start === undefined ? null : steady(start, Math.floor),
    end: end === undefined ? null : steady(end, Math.ceil),
    active: null,
    type: null,
    rule: null,
  });
  const annotations = useAnnotations(start === undefined || end === undefined ? null : { start, end });
  const marks = [
    ...(alerts.data?.alerts ?? []).map((alert) => markOf(alert, now)),
    ...(annotations.data?.annotations ?? []).map(({ id, at, until, text }) => ({
      id: `annotation-${id}`,
      kind: "annotation" as const,
      title: text,
      start: Date.parse(at),
      end: Date.parse(until ?? at),
      open: false,
    })),
  ];
  return { marks, cutAt: alerts.data?.hasMore ? MOST_EPISODES : null };
}

function steady(moment: string, rounded: (value: number) => number): string {
  return new Date(rounded(Date.parse(moment) / STEADY_MS) * STEADY_MS).toISOString();
}

function markOf(alert: Alert, now: number): Mark {
  const open = alert.resolved_at === null;
  return {
    id: `alert-${alert.id}`,
    kind: "alert",
    title: alertHeadline(alert),
    start: Date.parse(alert.triggered_at),
    end: open ? now : Date.parse(alert.resolved_at ?? alert.triggered_at),
    open,
  };
}

import { useQuery } from "@tanstack/react-query";
import type { Mark } from "../charts/marks";
import { alertHeadline } from "../lib/alerts";
import { useAnnotations } from "./annotations";
import { api, read } from "./client";
import type { Alert } from "./types";

/** More than this in one picture, nobody reads. */
const MOST = 200;

/** What happened in [start, end), ISO 8601: alert episodes, open ones included, and what people wrote. */
export function useMarks(start: string | undefined, end: string | undefined, now: number): Mark[] {
  const alerts = useQuery({
    queryKey: ["live", "alerts", "episodes", MOST],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/alerts", { params: { query: { limit: MOST } }, signal }))).data,
  });
  const annotations = useAnnotations(start === undefined || end === undefined ? {} : { start, end });
  return [
    ...(alerts.data ?? []).map((alert) => markOf(alert, now)),
    ...(annotations.data?.annotations ?? []).map(({ id, at, until, text }) => ({
      id: `annotation-${id}`,
      kind: "annotation" as const,
      title: text,
      start: Date.parse(at),
      end: Date.parse(until ?? at),
      open: false,
    })),
  ];
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

import type { Alert } from "../api/types";
import { alertSpan, alertTitle } from "../lib/alerts";

export interface Lane {
  rule: string;
  title: string;
  episodes: Alert[];
}

/** One lane a rule, the one with the latest episode first; within a lane oldest first. */
export function lanesOf(alerts: readonly Alert[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const alert of alerts) {
    const lane = lanes.get(alert.rule_id) ?? { rule: alert.rule_id, title: alertTitle(alert), episodes: [] };
    lane.episodes.unshift(alert);
    lanes.set(alert.rule_id, lane);
  }
  return [...lanes.values()];
}

export interface Bar {
  alert: Alert;
  left: number;
  width: number;
}

const NARROWEST = 5;

/** Where the episodes of a lane stand between `start` and `end` on `room` pixels; none is too thin to hit. */
export function barsOf(lane: Lane, start: number, end: number, room: number, now: number): Bar[] {
  const scale = room / Math.max(1, end - start);
  return lane.episodes.map((alert) => {
    const span = alertSpan(alert, now);
    const from = Math.max(start, span.start);
    const until = Math.max(from, Math.min(end, span.end));
    const width = Math.min(room, Math.max(NARROWEST, (until - from) * scale));
    return { alert, width, left: Math.max(0, Math.min((from - start) * scale, room - width)) };
  });
}

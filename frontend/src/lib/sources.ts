import type { SourceState } from "../api/types";
import { formatCount, formatDuration, plural } from "./format";
import type { Table } from "./table";

/** How sources are doing, in words. Pure; the present moment is a parameter. */

const PROMPT_MS = 2_000;

/** Posts a second; below ten with a digit, since a quiet source is no dead one. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))}/s`;
}

/** How far the newest post is behind the present, all in ms since 1970. */
export function behindWords(newest: number, now: number): string {
  return now - newest < PROMPT_MS ? "nothing" : formatDuration(now - newest);
}

/** What waits in the stream between sources and workers; nothing where that is not known. */
export function streamWords(
  lag: { entries: number; seconds: number } | null | undefined,
): string | undefined {
  if (!lag) return undefined;
  if (lag.entries === 0) return "nothing waits in the stream";
  const wait = lag.seconds < 10 ? `${lag.seconds.toFixed(1)} s` : formatDuration(lag.seconds * 1_000);
  return `${plural(lag.entries, "entry", "entries")} in the stream, the oldest for ${wait}`;
}

/** Whether it is at work, or would be if it could. */
export function isOn(source: Pick<SourceState, "state">): boolean {
  return source.state === "running" || source.state === "waiting" || source.state === "standby";
}

export function sourceTable(sources: readonly SourceState[], now: number): Table {
  return {
    columns: [
      "source",
      "state",
      "rate_per_second",
      "rate_per_minute",
      "behind_seconds",
      "published",
      "invalid",
      "last_post_at",
      "error",
    ],
    rows: sources.map((one) => [
      one.name,
      one.state,
      one.rate_per_second,
      one.rate_per_minute,
      one.newest_post_at === null
        ? null
        : Math.max(0, Math.round((now - Date.parse(one.newest_post_at)) / 1_000)),
      one.published,
      one.invalid,
      one.last_post_at,
      one.error,
    ]),
  };
}

import { keepPreviousData } from "@tanstack/react-query";
import type { Filters } from "../lib/filters";
import { previousOf, type Range } from "../lib/range";
import { useLiveQuery } from "./liveQuery";
import { every } from "./pace";
import { readTrend } from "./queries";

/** What is past moves slowly: it is read again only so often. */
const AGAIN_MS = 60_000;

/** The range of the same length before `range`, over time; nothing while it is not asked for. */
export function useTrendBefore(range: Range, filters: Filters, enabled: boolean) {
  return useLiveQuery({
    queryKey: ["before", "trend", range, filters],
    queryFn: ({ signal }) => readTrend(previousOf(range, Date.now()), filters, signal),
    placeholderData: keepPreviousData,
    ...every(AGAIN_MS),
    enabled,
  });
}

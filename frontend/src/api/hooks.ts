import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type Filters, NO_FILTERS as NOTHING_CHOSEN } from "../lib/filters";
import type { Range } from "../lib/range";
import { useLiveQuery } from "./liveQuery";
import {
  type Grouping,
  type PostOrder,
  readAlerts,
  readDeadLetters,
  readExplanation,
  readGroups,
  readLanguages,
  readLedger,
  readOverall,
  readPost,
  readPosts,
  readSources,
  readStats,
  readTiers,
  readTrend,
} from "./queries";
import type { Post } from "./types";

/** Keys under "live" are read again while posts arrive, those under "options" only now and then. */

const OPTIONS_STALE_MS = 60_000;

export function useOverall(range: Range, filters: Filters) {
  return useLiveQuery({
    queryKey: ["live", "overall", range, filters],
    queryFn: ({ signal }) => readOverall(range, filters, signal),
    placeholderData: keepPreviousData,
  });
}

export function useTrend(range: Range, filters: Filters, enabled = true) {
  return useLiveQuery({
    queryKey: ["live", "trend", range, filters],
    // Buckets without their range would be drawn on the wrong axis while the next range is read.
    queryFn: async ({ signal }) => ({ range, ...(await readTrend(range, filters, signal)) }),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useGroups(grouping: Grouping, range: Range, filters: Filters, limit: number) {
  return useLiveQuery({
    queryKey: ["live", "groups", grouping, range, filters, limit],
    queryFn: ({ signal }) => readGroups(grouping, range, filters, limit, signal),
    placeholderData: keepPreviousData,
  });
}

export function useStats() {
  return useLiveQuery({ queryKey: ["live", "stats"], queryFn: ({ signal }) => readStats(signal) });
}

/** The churn risk from which a post counts as high; undefined until the server has told. */
export function useHighChurn(): number | undefined {
  const { data } = useLiveQuery({
    queryKey: ["live", "stats"],
    queryFn: ({ signal }) => readStats(signal),
    select: (stats) => stats.high_churn_threshold,
  });
  return data;
}

export function useAlerts(active: boolean, limit: number) {
  return useLiveQuery({
    queryKey: ["live", "alerts", active, limit],
    queryFn: ({ signal }) => readAlerts(active, limit, signal),
  });
}

export function useTiers(range: Range, filters: Filters) {
  return useLiveQuery({
    queryKey: ["live", "tiers", range, filters],
    queryFn: ({ signal }) => readTiers(range, filters, signal),
    placeholderData: keepPreviousData,
  });
}

export function useLedger() {
  return useLiveQuery({ queryKey: ["live", "ledger"], queryFn: ({ signal }) => readLedger(signal) });
}

export function useSources() {
  return useLiveQuery({ queryKey: ["live", "sources"], queryFn: ({ signal }) => readSources(signal) });
}

export function useGroupOptions(grouping: Grouping, range: Range, enabled: boolean) {
  return useLiveQuery({
    queryKey: ["options", grouping, range],
    queryFn: async ({ signal }) => (await readGroups(grouping, range, NOTHING_CHOSEN, 200, signal)).items,
    staleTime: OPTIONS_STALE_MS,
    enabled,
  });
}

export function useLanguageOptions(range: Range, enabled: boolean) {
  return useLiveQuery({
    queryKey: ["options", "languages", range],
    queryFn: ({ signal }) => readLanguages(range, signal),
    staleTime: OPTIONS_STALE_MS,
    enabled,
  });
}

export function usePostQuery(id: string, enabled: boolean) {
  return useLiveQuery({
    queryKey: ["live", "post", id],
    queryFn: ({ signal }) => readPost(id, signal),
    enabled,
  });
}

/** Asked anew only where the text, or who has read it, is another by now. */
export function useExplanation(post: Post) {
  const { id, edited_at, tier, model_name, model_version } = post;
  return useLiveQuery({
    queryKey: ["explanation", id, edited_at, tier, model_name, model_version],
    queryFn: ({ signal }) => readExplanation(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** All stored posts that match, page by page; read once, so that nothing moves under the reader. */
export function usePosts(range: Range, filters: Filters, order: PostOrder) {
  return useInfiniteQuery({
    queryKey: ["posts", range, filters, order],
    queryFn: ({ pageParam, signal }) => readPosts(range, filters, order, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
    gcTime: 60_000,
  });
}

export function useDeadLetters(limit: number) {
  return useLiveQuery({
    queryKey: ["live", "dead letters", limit],
    queryFn: ({ signal }) => readDeadLetters(limit, signal),
  });
}

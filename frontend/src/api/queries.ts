import { type Filters, filterParameters } from "../lib/filters";
import { PERIOD_MS, type Range, rangeParameters, shapeOf } from "../lib/range";
import { timeZone } from "../lib/timeZone";
import type { FetchPage, Page } from "../live/catchup";
import { api, read } from "./client";
import type { Explanation, Group, Post } from "./types";

/** One function per question to the server. Drawing never asks; hooks do, with these. */

/** Some screens full; whoever wants older ones finds them on the page Posts. */
const LATEST = 20;
const PAGE = 50;
const GAP_PAGE = 1_000;

export type Grouping = "products" | "channels" | "platforms" | "emotions" | "cities" | "countries";

export async function readOverall(range: Range, filters: Filters, signal: AbortSignal) {
  const query = { ...filterParameters(filters), ...rangeParameters(range) };
  const { data, metadata } = await read(api.GET("/api/v1/metrics/overall", { params: { query }, signal }));
  return { ...data, asOf: metadata.as_of };
}

export async function readTiers(range: Range, filters: Filters, signal: AbortSignal) {
  const query = { ...filterParameters(filters), ...rangeParameters(range) };
  return (await read(api.GET("/api/v1/metrics/tiers", { params: { query }, signal }))).data;
}

export async function readTrend(range: Range, filters: Filters, signal: AbortSignal) {
  const { period } = shapeOf(range);
  const query = { ...filterParameters(filters), ...moments(range), period, tz: timeZone() };
  return (await read(api.GET("/api/v1/sentiment/aggregate", { params: { query }, signal }))).data;
}

/** Where it begins, and where it ends unless that is now: what arrives meanwhile belongs to it then. */
export function moments(range: Range): { start_date: string; end_date?: string } {
  const { hours, interval } = shapeOf(range);
  if (interval === null) return { start_date: new Date(Date.now() - hours * PERIOD_MS.hour).toISOString() };
  return {
    start_date: new Date(interval.start).toISOString(),
    end_date: new Date(interval.end).toISOString(),
  };
}

export async function readGroups(
  grouping: Grouping,
  range: Range,
  filters: Filters,
  limit: number,
  signal: AbortSignal,
): Promise<{ items: Group[]; hasMore: boolean }> {
  const query = { ...filterParameters(filters), ...rangeParameters(range), limit };
  const { data, metadata } = await readGrouping(grouping, query, signal);
  return { items: data.items, hasMore: metadata.has_more };
}

type GroupsQuery = ReturnType<typeof rangeParameters> & { limit: number };

function readGrouping(grouping: Grouping, query: GroupsQuery, signal: AbortSignal) {
  switch (grouping) {
    case "products":
      return read(api.GET("/api/v1/metrics/products", { params: { query }, signal }));
    case "channels":
      return read(api.GET("/api/v1/metrics/channels", { params: { query }, signal }));
    case "platforms":
      return read(api.GET("/api/v1/metrics/platforms", { params: { query }, signal }));
    case "emotions":
      return read(api.GET("/api/v1/metrics/emotions", { params: { query }, signal }));
    case "cities":
      return read(api.GET("/api/v1/metrics/geo", { params: { query: { ...query, level: "city" } }, signal }));
    case "countries":
      return read(
        api.GET("/api/v1/metrics/geo", { params: { query: { ...query, level: "country" } }, signal }),
      );
  }
}

/** Languages of the range with their posts; there is no route of its own, so days are added up. */
export async function readLanguages(
  range: Range,
  signal: AbortSignal,
): Promise<{ key: string; posts: number }[]> {
  const query = { period: "day" as const, group_by: "language" as const, ...moments(range) };
  const { data } = await read(api.GET("/api/v1/sentiment/aggregate", { params: { query }, signal }));
  const posts = new Map<string, number>();
  for (const bucket of data.buckets) {
    if (bucket.key) posts.set(bucket.key, (posts.get(bucket.key) ?? 0) + bucket.posts);
  }
  return [...posts].map(([key, count]) => ({ key, posts: count })).sort((a, b) => b.posts - a.posts);
}

export async function readStats(signal: AbortSignal) {
  return (await read(api.GET("/api/v1/stats", { signal }))).data;
}

export async function readAlerts(active: boolean, limit: number, signal: AbortSignal) {
  const answer = await read(api.GET("/api/v1/alerts", { params: { query: { active, limit } }, signal }));
  return { alerts: answer.data, hasMore: answer.metadata.has_more };
}

export async function readLedger(signal: AbortSignal) {
  return (await read(api.GET("/api/v1/ledger", { signal }))).data;
}

export async function readSources(signal: AbortSignal) {
  return (await read(api.GET("/api/v1/sources", { signal }))).data;
}

export async function readLatestPosts(filters: Filters, signal: AbortSignal): Promise<Post[]> {
  const query = { ...filterParameters(filters), limit: LATEST };
  return (await read(api.GET("/api/v1/posts", { params: { query }, signal }))).data;
}

export async function readPost(id: string, signal: AbortSignal): Promise<Post> {
  return (await read(api.GET("/api/v1/posts/{id}", { params: { path: { id } }, signal }))).data;
}

export async function readExplanation(id: string, signal: AbortSignal): Promise<Explanation> {
  return (await read(api.GET("/api/v1/posts/{id}/explanation", { params: { path: { id } }, signal }))).data;
}

/** How stored posts can be listed; those after the first two look at every post that matches. */
export const POST_ORDERS = [
  "newest",
  "oldest",
  "least_sure",
  "most_negative",
  "most_positive",
  "highest_churn_risk",
  "highest_toxicity",
] as const;
export type PostOrder = (typeof POST_ORDERS)[number];

/** One page of what is stored; `total` is null where counting would cost more than the page. */
export async function readPosts(
  range: Range,
  filters: Filters,
  order: PostOrder,
  cursor: string | null,
  signal: AbortSignal,
) {
  const query = {
    ...filterParameters(filters),
    ...moments(range),
    sort: order,
    limit: PAGE,
    include_total: cursor === null,
    ...(cursor === null ? {} : { cursor }),
  };
  const { data, metadata } = await read(api.GET("/api/v1/posts", { params: { query }, signal }));
  return { posts: data, nextCursor: metadata.next_cursor, total: metadata.total };
}

export async function readDeadLetters(limit: number, signal: AbortSignal) {
  const query = { limit };
  const { data, metadata } = await read(
    api.GET("/api/v1/ledger/dead-letters", { params: { query }, signal }),
  );
  return { letters: data, hasMore: metadata.has_more };
}

/** A page of what arrived since, for catching up; see live/catchup.ts. */
export async function readIngestedSince(
  filters: Filters,
  request: Parameters<FetchPage>[0],
  signal: AbortSignal,
): Promise<Page> {
  const query = {
    ...filterParameters(filters),
    sort: "ingested" as const,
    ingested_after: request.ingestedAfter,
    limit: GAP_PAGE,
    ...(request.cursor === null ? {} : { cursor: request.cursor }),
  };
  const { data, metadata } = await read(api.GET("/api/v1/posts", { params: { query }, signal }));
  return { posts: data, hasMore: metadata.has_more, nextCursor: metadata.next_cursor };
}

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";
import type { Alert } from "./types";

type Schemas = components["schemas"];

export type Rule = Schemas["AlertRule"];
export type RuleIn = Schemas["AlertRuleIn"];
export type Preview = Schemas["AlertRulePreview"];
export type AlertType = Alert["alert_type"];

export interface EpisodeQuery {
  start: string | null;
  end: string | null;
  active: boolean | null;
  type: AlertType | null;
  rule: string | null;
}

const EPISODES = ["live", "alerts"];
const RULES = ["live", "alert rules"];
/** More episodes than this in one picture, nobody tells apart. */
export const MOST_EPISODES = 500;

/** Episodes that were open at some moment between start and end, newest first. */
export function useEpisodes(wanted: EpisodeQuery) {
  return useQuery({
    queryKey: [...EPISODES, wanted],
    queryFn: async ({ signal }) => {
      const { start, end, active, type, rule } = wanted;
      const query = {
        limit: MOST_EPISODES,
        ...(start === null ? {} : { start_date: start }),
        ...(end === null ? {} : { end_date: end }),
        ...(active === null ? {} : { active }),
        ...(type === null ? {} : { type }),
        ...(rule === null ? {} : { rule }),
      };
      const answer = await read(api.GET("/api/v1/alerts", { params: { query }, signal }));
      return { alerts: answer.data, hasMore: answer.metadata.has_more };
    },
    placeholderData: keepPreviousData,
  });
}

export function useEpisode(id: number | null) {
  return useQuery({
    queryKey: [...EPISODES, "one", id],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/alerts/{id}", { params: { path: { id: id ?? 0 } }, signal }))).data,
    enabled: id !== null,
  });
}

/** What an episode is about; its window is past, so that it is read once. */
export function useEpisodePosts(id: number, limit: number) {
  return useQuery({
    queryKey: ["episode posts", id, limit],
    queryFn: async ({ signal }) =>
      (
        await read(
          api.GET("/api/v1/alerts/{id}/posts", { params: { path: { id }, query: { limit } }, signal }),
        )
      ).data,
  });
}

export function useAcknowledge(id: number) {
  return useAlertChange(async (note: string) => {
    const body = { note: note.trim() || null };
    return (await read(api.POST("/api/v1/alerts/{id}/acknowledge", { params: { path: { id } }, body }))).data;
  });
}

/** Until a moment, ISO 8601; null lets the rule call again. */
export function useSnooze(id: number) {
  return useAlertChange(
    async (until: string | null) =>
      (await read(api.POST("/api/v1/alerts/{id}/snooze", { params: { path: { id } }, body: { until } })))
        .data,
  );
}

function useAlertChange<T>(mutationFn: (said: T) => Promise<Alert>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (alert) => client.setQueryData([...EPISODES, "one", alert.id], alert),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: EPISODES });
      await client.invalidateQueries({ queryKey: RULES });
    },
  });
}

export function useRules() {
  return useQuery({
    queryKey: RULES,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/alert-rules", { signal }))).data,
  });
}

/** Adds a rule, or with an id puts it in the place of the one that has it. */
export function useSaveRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, rule }: { id: string | null; rule: RuleIn }) => {
      const asked =
        id === null
          ? api.POST("/api/v1/alert-rules", { body: rule })
          : api.PUT("/api/v1/alert-rules/{id}", { params: { path: { id } }, body: rule });
      return (await read<{ data: Rule }>(asked)).data;
    },
    onSettled: () => client.invalidateQueries({ queryKey: RULES }),
  });
}

export function useDeleteRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) =>
      (await read(api.DELETE("/api/v1/alert-rules/{id}", { params: { path: { id } } }))).data,
    onSettled: () => client.invalidateQueries({ queryKey: RULES }),
  });
}

/** When the rule would have raised an alert in the last `days`; null asks nothing. */
export function usePreview(rule: RuleIn | null, days: number) {
  return useQuery({
    queryKey: ["rule preview", rule, days],
    queryFn: async ({ signal }) =>
      (await read(api.POST("/api/v1/alert-rules/preview", { body: { ...(rule as RuleIn), days }, signal })))
        .data,
    enabled: rule !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** A rule as it is sent back: only what people choose. */
export function chosen(rule: Rule): RuleIn {
  const { name, alert_type, threshold, window_seconds, min_posts, hysteresis, scope, enabled } = rule;
  return { name, alert_type, threshold, window_seconds, min_posts, hysteresis, scope, enabled };
}

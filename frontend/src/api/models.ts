import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Filters, filterParameters } from "../lib/filters";
import { type Range, rangeParameters, shapeOf } from "../lib/range";
import { timeZone } from "../lib/timeZone";
import { api, read } from "./client";
import { every } from "./pace";
import { moments } from "./queries";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];
export type CorrectionScore = Schemas["CorrectionScore"];
export type CalibrationBin = Schemas["CalibrationBin"];
export type ShippedModel = Schemas["ShippedModel"];
export type TierConfidence = Schemas["TierConfidence"];
export type Task = Schemas["CorrectionReport"]["task"];
export const TASKS = ["sentiment", "emotion", "toxicity", "churn"] as const satisfies readonly Task[];

/** Questions that look at every post, or at every correction, are asked on a clock and not by every arrival. */
const SLOW_MS = 60_000;
const HEALTH_MS = 5_000;

/** Posts of each slice of time by the tier that read them. */
export function useTierTrend(range: Range, filters: Filters) {
  return useQuery({
    queryKey: ["live", "tier trend", range, filters],
    queryFn: async ({ signal }) => {
      const { period } = shapeOf(range);
      const query = {
        ...filterParameters(filters),
        ...moments(range),
        period,
        group_by: "tier" as const,
        tz: timeZone(),
      };
      return (await read(api.GET("/api/v1/sentiment/aggregate", { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
  });
}

/** What the process that serves this page says of itself: also while no post arrives. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/health", { signal }))).data,
    ...every(HEALTH_MS),
  });
}

export function useConfidence(range: Range, filters: Filters) {
  return useQuery({
    queryKey: ["confidence", range, filters],
    queryFn: async ({ signal }) => {
      const query = { ...filterParameters(filters), ...rangeParameters(range) };
      return (await read(api.GET("/api/v1/metrics/confidence", { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
    ...every(SLOW_MS),
    staleTime: 0,
  });
}

/** Of the bundled models; another one needs another server. */
export function useShippedModels() {
  return useQuery({
    queryKey: ["shipped models"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/models", { signal }))).data,
  });
}

export function useByPeople(task: Task) {
  return useQuery({
    queryKey: ["by people", task],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/reports/corrections", { params: { query: { task } }, signal }))).data
        .scores,
    ...every(SLOW_MS),
    staleTime: 0,
  });
}

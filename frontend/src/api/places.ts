import { keepPreviousData } from "@tanstack/react-query";
import { type Filters, filterParameters } from "../lib/filters";
import { type Range, rangeParameters } from "../lib/range";
import { timeZone } from "../lib/timeZone";
import { api, read } from "./client";
import { useLiveQuery } from "./liveQuery";
import { every } from "./pace";
import { moments } from "./queries";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];
export type Place = Schemas["Place"];
export type Term = Schemas["TermItem"];
export type Terms = Schemas["Terms"];
export const TERM_ORDERS = ["people", "rising"] as const;
export type TermOrder = (typeof TERM_ORDERS)[number];
export type WeekHour = Schemas["WeekHour"];

/** What changes slowly, or costs the server more, is read again at this pace while it is looked at. */
const SLOW_MS = 15_000;
const TERMS_MS = 60_000;

/** More countries than there are, and as many cities as a map can hold. */
const COUNTRIES = 300;
const CITIES = 80;

/** Where, when in the week and about what people write. */
export function useWeek(range: Range, filters: Filters) {
  return useLiveQuery({
    queryKey: ["week", range, filters],
    queryFn: async ({ signal }) => {
      const query = { ...filterParameters(filters), ...moments(range), tz: timeZone() };
      return (await read(api.GET("/api/v1/metrics/week", { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
    ...every(SLOW_MS),
  });
}

export function useTerms(range: Range, filters: Filters, sort: TermOrder, limit: number) {
  return useLiveQuery({
    queryKey: ["terms", range, filters, sort, limit],
    queryFn: async ({ signal }) => {
      const query = { ...filterParameters(filters), ...rangeParameters(range), sort, limit };
      return (await read(api.GET("/api/v1/terms", { params: { query }, signal }))).data;
    },
    placeholderData: keepPreviousData,
    ...every(TERMS_MS),
  });
}

/** Countries and cities by posts; what is chosen of them stands beside what it could be compared with. */
export function usePlaces(range: Range, filters: Filters) {
  return useLiveQuery({
    queryKey: ["live", "places", range, filters],
    queryFn: async ({ signal }) => {
      const places = async (level: "country" | "city", limit: number) => {
        const own = filterParameters({ ...filters, [level]: [] });
        const query = { ...own, ...rangeParameters(range), level, limit };
        return (await read(api.GET("/api/v1/metrics/geo", { params: { query }, signal }))).data.items;
      };
      const [countries, cities] = await Promise.all([places("country", COUNTRIES), places("city", CITIES)]);
      return { countries, cities };
    },
    placeholderData: keepPreviousData,
  });
}

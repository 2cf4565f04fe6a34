import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";

export type Annotation = components["schemas"]["Annotation"];
export type AnnotationIn = Pick<components["schemas"]["AnnotationIn"], "at" | "text"> &
  Partial<components["schemas"]["AnnotationIn"]>;

/** Most characters of an annotation, as the server has it. */
export const LONGEST_ANNOTATION = 500;

const KEY = ["live", "annotations"];
/** More than this in one picture, nobody reads. */
const MOST = 200;

/** What people wrote at the moments of [start, end), ISO 8601, latest first; without bounds, of all times. Null: not yet. */
export function useAnnotations(range: { start?: string; end?: string } | null = {}, limit = MOST) {
  return useQuery({
    queryKey: [...KEY, range, limit],
    queryFn: async ({ signal }) => {
      const query = {
        limit,
        ...(range?.start === undefined ? {} : { start_date: range.start }),
        ...(range?.end === undefined ? {} : { end_date: range.end }),
      };
      const { data, metadata } = await read(api.GET("/api/v1/annotations", { params: { query }, signal }));
      return { annotations: data, hasMore: metadata.has_more };
    },
    placeholderData: keepPreviousData,
    enabled: range !== null,
  });
}

export function useAnnotate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: AnnotationIn) =>
      (await read(api.POST("/api/v1/annotations", { body: { until: null, url: null, ...body } }))).data,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useTakeAnnotationAway() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: number) =>
      (await read(api.DELETE("/api/v1/annotations/{id}", { params: { path: { id } } }))).data,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";
import type { Post } from "./types";

export type Analysis = components["schemas"]["Analysis"];

/** All that was read in a post; asked again whenever another reading counts, or it is opened again. */
export function useAnalyses({ id, edited_at, analyzed_at, model_name, model_version }: Post) {
  return useQuery({
    queryKey: ["analyses", id, edited_at, analyzed_at, model_name, model_version],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/posts/{id}/analyses", { params: { path: { id } }, signal }))).data,
    staleTime: 0,
  });
}

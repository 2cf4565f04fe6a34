import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];
export type Layer = Schemas["Layer"];
export type Report = Schemas["Report"];
export type Agreement = Schemas["Agreement"];
export type Disagreement = Schemas["Disagreement"];
export type Label = Schemas["Shift"]["label"];
export type LayerIn = Pick<Schemas["LayerIn"], "model" | "since">;

const WORKING_MS = 1_500;

export const isWorking = ({ state, error, shadow }: Layer) =>
  error === null && (state === "promoting" || state === "demoting" || (state === "reading" && !shadow));

/** Asked again and again only while something is at work on one of them. */
export function useLayers() {
  return useQuery({
    queryKey: ["live", "layers"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/layers", { signal }))).data,
    refetchInterval: (query) => (query.state.data?.some(isWorking) ? WORKING_MS : false),
  });
}

/** A layer, and what it stands beside: another one, or null for what counts. */
export interface Pair {
  layer: Layer;
  beside: Layer | null;
}

const keyOf = ({ layer, beside }: Pair) => ["comparison", layer.name, layer.state, beside?.name ?? null];
const besideOf = ({ beside }: Pair) => (beside ? { against: beside.name } : {});

export function useComparison(pair: Pair, refresh: boolean) {
  return useQuery({
    queryKey: keyOf(pair),
    queryFn: async ({ signal }) => {
      const params = { path: { name: pair.layer.name }, query: besideOf(pair) };
      return (await read(api.GET("/api/v1/reports/compare/{name}", { params, signal }))).data;
    },
    staleTime: 0,
    refetchInterval: refresh ? WORKING_MS : false,
  });
}

export function useDisagreements(
  pair: Pair,
  cell: { current: Label; label: Label } | null,
  refresh: boolean,
) {
  return useQuery({
    queryKey: [...keyOf(pair), "disagreements", cell],
    queryFn: async ({ signal }) => {
      const query = { limit: 25, ...besideOf(pair), ...(cell ?? {}) };
      const asked = api.GET("/api/v1/reports/compare/{name}/disagreements", {
        params: { path: { name: pair.layer.name }, query },
        signal,
      });
      const { data, metadata } = await read(asked);
      return { posts: data, hasMore: metadata.has_more };
    },
    staleTime: 0,
    refetchInterval: refresh ? WORKING_MS : false,
  });
}

/** Begin a layer, or send one there and back. */
export function useLayerWork() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (
      work: { begin: LayerIn } | { promote: string } | { demote: string },
    ): Promise<Layer> => {
      if ("begin" in work)
        return (await read(api.POST("/api/v1/layers", { body: work.begin as Schemas["LayerIn"] }))).data;
      if ("promote" in work)
        return (
          await read(api.POST("/api/v1/layers/{name}/promote", { params: { path: { name: work.promote } } }))
        ).data;
      return (
        await read(api.POST("/api/v1/layers/{name}/demote", { params: { path: { name: work.demote } } }))
      ).data;
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["live", "layers"] });
      void client.invalidateQueries({ queryKey: ["comparison"] });
    },
  });
}

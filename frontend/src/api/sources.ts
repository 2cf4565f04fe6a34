import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import { readSources } from "./queries";

/** The built-in generator, by the name of its source. */
export const SYNTHETIC = "synthetic";

/** The bundled file of simulated posts, by the name of its source. */
export const EXAMPLE = "example";

/** Public posts of the Bluesky network, by the name of its source. */
export const BLUESKY = "bluesky";

const AGAIN_MS = 2_000;

export type Way = "start" | "stop";

/** Starts or stops a source of the server's process, which says 409 where it brings nothing in. */
export function useSwitchSource(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (way: Way) => {
      const params = { path: { name } };
      const asked =
        way === "start"
          ? api.POST("/api/v1/sources/{name}/start", { params })
          : api.POST("/api/v1/sources/{name}/stop", { params });
      return (await read<{ data: { state: string } }>(asked)).data;
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["live", "sources"] }),
  });
}

/** How one source is doing, asked again even where no post arrives; nothing where there is none of that name. */
export function useSource(name: string) {
  return useQuery({
    queryKey: ["live", "sources"],
    queryFn: ({ signal }) => readSources(signal),
    select: (sources) => sources.find((source) => source.name === name),
    refetchInterval: AGAIN_MS,
  });
}

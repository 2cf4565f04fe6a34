import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";

/** The built-in generator, by the name of its source. */
export const SYNTHETIC = "synthetic";

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

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";

/** Sends one dead letter again: as it arrived, or `body` in its place. */
export function useReplay(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: string | null) => {
      const path = { id };
      return (
        await read(api.POST("/api/v1/ledger/dead-letters/{id}/replay", { params: { path }, body: { body } }))
      ).data;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["live"] }),
  });
}

/** Sends many again as they arrived; tells how many went, and why each of the others did not. */
export function useReplayMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: number[]) => {
      const { data } = await read(api.POST("/api/v1/ledger/dead-letters/replay", { body: { ids } }));
      return {
        sent: data.filter(({ outcome }) => outcome === "replayed").length,
        failures: data.filter(({ outcome }) => outcome === "failed").length,
      };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["live"] }),
  });
}

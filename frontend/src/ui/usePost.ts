import { parseAsString, useQueryState } from "nuqs";

/** The post that the drawer shows, in the address as everything else: [its key or null, change it]. */
export function usePost() {
  return useQueryState("post", parseAsString.withOptions({ history: "push" }));
}

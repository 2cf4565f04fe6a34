import { useSources } from "../api/hooks";
import { useLive } from "../live/store";

/** Whether some of what is shown was made up: simulated posts must never pass for what people said. */
export function useSimulated(): boolean {
  const sources = useSources();
  const simulatedPost = useLive((state) => state.feed.posts.slice(0, 50).some((post) => post.simulated));
  return simulatedPost || (sources.data?.some((source) => source.kind === "synthetic") ?? false);
}

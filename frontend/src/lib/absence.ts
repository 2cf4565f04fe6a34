import type { Numbers } from "../api/types";
import { type Range, shapeOf } from "./range";

/** Why a reading such as emotions is absent from posts of the range: it is never shown as 0. */
export function whyAbsent(numbers: Pick<Numbers, "posts" | "scored">, what: string, range: Range): string {
  if (numbers.posts === 0) return `No posts in the ${shapeOf(range).title} match.`;
  if (numbers.scored === 0) return "No model could read these posts.";
  return `The model that read these posts does not read ${what}.`;
}

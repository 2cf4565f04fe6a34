import type { components } from "../api/schema.gen";

type Schemas = components["schemas"];

export type MetricsFrame = Schemas["LiveMetrics"];
/** A stretch of the feed, from one position to the next. */
export type RangedFrame =
  | Schemas["LivePosts"]
  | Schemas["LiveUpdated"]
  | Schemas["LiveDeleted"]
  | Schemas["LiveAlert"];
export type Frame =
  | RangedFrame
  | MetricsFrame
  | Schemas["LiveConnected"]
  | Schemas["LiveSubscribed"]
  | Schemas["LivePositionLost"]
  | Schemas["LivePong"]
  | Schemas["LiveError"];

/** The frame in `text`, or null where it is not one. Kinds unknown here come from a newer server. */
export function parseFrame(text: unknown): Frame | null {
  if (typeof text !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    console.warn("A live frame was not JSON and was left out.", error);
    return null;
  }
  const known = typeof value === "object" && value !== null && "type" in value;
  return known ? (value as Frame) : null;
}

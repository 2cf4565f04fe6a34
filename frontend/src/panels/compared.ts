import { parseAsStringLiteral, useQueryStates } from "nuqs";
import type { Label, Pair } from "../api/layers";

export const LABELS = ["positive", "neutral", "negative", "unscored"] as const;
/** Pixels that both panels keep free while they load. */
export const COMPARISON_HEIGHT = 240;

/** A kind of disagreement: what the other side says, then what the layer says. */
export interface Cell {
  current: Label;
  label: Label;
}

const parsers = { current: parseAsStringLiteral(LABELS), label: parseAsStringLiteral(LABELS) };

/** The kind of disagreement that is looked at, in the address; null: all. */
export function useComparedCell(): [Cell | null, (next: Cell | null) => void] {
  const [{ current, label }, set] = useQueryStates(parsers, { history: "push" });
  return [current && label && { current, label }, (next) => void set(next ?? { current: null, label: null })];
}

/** What the two sides are called in tables. */
export function sidesOf({ layer, beside }: Pair): [string, string] {
  return [beside?.name ?? "what counts", layer.name];
}

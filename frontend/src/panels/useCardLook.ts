import { useCallback, useMemo } from "react";
import { useHighChurn } from "../api/hooks";
import { phrasesOf } from "../lib/highlight";
import { useFilters } from "../ui/useFilters";
import { usePost } from "../ui/usePost";

/** What all posts of a list share: asked for once, because a list has many of them. */
export interface CardLook {
  open(id: string): void;
  /** From which churn risk on a post is marked. */
  highChurn: number | undefined;
  /** What is searched for, marked in the text. */
  phrases: readonly string[][];
  /** Where posts can be chosen: those that are, and how to. */
  selection?: Selection | undefined;
}

export interface Selection {
  chosen: ReadonlySet<string>;
  toggle(id: string): void;
}

/** The same object as long as nothing of it changes, so that no post is drawn again. */
export function useCardLook(selection?: Selection): CardLook {
  const [, setOpen] = usePost();
  const { q } = useFilters().filters;
  const highChurn = useHighChurn();
  const open = useCallback((id: string) => void setOpen(id), [setOpen]);
  const phrases = useMemo(() => phrasesOf(q), [q]);
  return useMemo(() => ({ open, highChurn, phrases, selection }), [open, highChurn, phrases, selection]);
}

import { useCallback, useMemo } from "react";
import { useHighChurn } from "../api/hooks";
import { usePost } from "../ui/usePost";

/** What all cards of a list share: asked for once, because a list has many of them. */
export interface CardLook {
  open(id: string): void;
  /** From which churn risk on a post is marked. */
  highChurn: number | undefined;
}

/** The same object as long as nothing of it changes, so that no card is drawn again. */
export function useCardLook(): CardLook {
  const [, setOpen] = usePost();
  const highChurn = useHighChurn();
  const open = useCallback((id: string) => void setOpen(id), [setOpen]);
  return useMemo(() => ({ open, highChurn }), [open, highChurn]);
}

import { useHotkeys } from "@mantine/hooks";
import { type RefObject, useEffect, useRef } from "react";

const TRIES = 20;

type List = RefObject<HTMLElement | null>;

/** The lists of the page that have rows. */
const lists = new Set<List>();

/**
 * `j` and `k` go down and up a list: the focus itself moves, so that Enter opens what is seen to be chosen.
 * Rows carry `data-row`, their place from 0, and in each one element `data-row-focus`. `bring` brings a row
 * that is not drawn into the picture. Of several lists the one that has the focus moves, else the uppermost.
 */
export function useListKeys(list: List, count: number, bring?: (row: number) => void) {
  const last = useRef(-1);
  const isEmpty = count === 0;
  useEffect(() => {
    if (isEmpty) return;
    lists.add(list);
    return () => void lists.delete(list);
  }, [list, isEmpty]);
  const move = (step: 1 | -1) => {
    // A dialog has keys of its own.
    const dialog = document.querySelector('[role="dialog"]');
    if (isEmpty || (dialog && !dialog.contains(list.current)) || listInCharge(dialog) !== list) return;
    const at = document.activeElement?.closest<HTMLElement>("[data-row]");
    const from = at && list.current?.contains(at) ? Number(at.dataset.row) : last.current;
    const next = Math.min(count - 1, Math.max(0, from + step));
    last.current = next;
    focusRow(list, next, bring, TRIES);
  };
  // Not taken away from a field in which somebody types them.
  const passing = { preventDefault: false };
  useHotkeys(
    [
      ["j", () => isTyping() || move(1), passing],
      ["k", () => isTyping() || move(-1), passing],
    ],
    [],
  );
}

/** A box that is ticked is a field, but nobody types in it. */
function isTyping(): boolean {
  const field = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
  return document.activeElement?.matches(field) ?? false;
}

function listInCharge(within: Element | null): List | undefined {
  const found = [...lists].filter(({ current }) => current && (!within || within.contains(current)));
  const isAbove = (one: List, other: List) =>
    Boolean(
      other.current &&
        (one.current?.compareDocumentPosition(other.current) ?? 0) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
  return (
    found.find(({ current }) => current?.contains(document.activeElement)) ??
    found.reduce<List | undefined>((top, one) => (top && isAbove(top, one) ? top : one), undefined)
  );
}

function focusRow(list: List, row: number, bring: ((row: number) => void) | undefined, tries: number): void {
  const found = list.current?.querySelector<HTMLElement>(`[data-row="${row}"]`);
  const target = found?.querySelector<HTMLElement>("[data-row-focus]");
  if (target) {
    target.focus({ preventScroll: true });
    found?.scrollIntoView({ block: "nearest" });
    return;
  }
  if (tries === TRIES) bring?.(row);
  if (tries > 0) requestAnimationFrame(() => focusRow(list, row, bring, tries - 1));
}

import { useEffect, useRef, useState } from "react";
import { shownTips } from "./Tip";

/** Time to get from an element to its tip, in ms. */
const GRACE_MS = 150;

interface TipState {
  shown: boolean;
  /** The pointer is on the tip. */
  stay(): void;
  leave(): void;
}

/**
 * Whether the tip of an element is shown: while it or the tip is pointed at, after `delay` ms, or the element is
 * focused; until Escape takes it away. One that is no control, `focusable` for its tip, shows it when tapped, too.
 */
export function useTip(target: HTMLElement, focusable: boolean, delay: number): TipState {
  const [shown, setShown] = useState(false);
  const timer = useRef(0);
  const set = (next: boolean, wait: number) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(setShown, wait, next);
  };
  const isFocused = () => target.matches(focusable ? ":focus" : ":focus-visible");
  const leave = () => {
    if (!isFocused()) set(false, GRACE_MS);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: all else is the same as long as the element is
  useEffect(() => {
    const enter = ({ pointerType }: PointerEvent) => pointerType !== "touch" && set(true, delay);
    const focus = () => isFocused() && set(true, 0);
    const blur = () => set(false, 0);
    target.addEventListener("pointerenter", enter);
    target.addEventListener("pointerleave", leave);
    target.addEventListener("focus", focus);
    target.addEventListener("blur", blur);
    // This came after what it was called for.
    if (isFocused()) set(true, 0);
    else if (target.matches(":hover")) set(true, delay);
    return () => {
      clearTimeout(timer.current);
      target.removeEventListener("pointerenter", enter);
      target.removeEventListener("pointerleave", leave);
      target.removeEventListener("focus", focus);
      target.removeEventListener("blur", blur);
    };
  }, [target]);
  useEffect(() => {
    if (!shown) return;
    const hide = () => setShown(false);
    // One at a time: the pointer may be elsewhere than the focus.
    for (const other of shownTips) other();
    shownTips.add(hide);
    return () => void shownTips.delete(hide);
  }, [shown]);
  return { shown, stay: () => set(true, 0), leave };
}

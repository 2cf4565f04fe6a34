import type { TooltipProps } from "@mantine/core";
import {
  cloneElement,
  type FocusEvent,
  lazy,
  type PointerEvent,
  type ReactElement,
  Suspense,
  useState,
} from "react";

const Bubble = lazy(() => import("./Bubble"));

interface Pointed {
  tabIndex?: number;
  onPointerEnter?(event: PointerEvent<HTMLElement>): void;
  onFocus?(event: FocusEvent<HTMLElement>): void;
}

type TipProps = Pick<TooltipProps, "label" | "multiline" | "w" | "openDelay" | "position"> & {
  /** The element is no control: for the sake of the tip it can be focused, and tapped. */
  focusable?: boolean;
  children: ReactElement<Pointed>;
};

/** What is said of an element that is pointed at or focused; the code for it comes, and runs, only then. */
export function Tip({ children, focusable = false, ...look }: TipProps) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const watched = cloneElement(children, {
    ...(focusable && { tabIndex: 0 }),
    onPointerEnter: (event) => {
      children.props.onPointerEnter?.(event);
      if (event.pointerType !== "touch") setTarget(event.currentTarget);
    },
    onFocus: (event) => {
      children.props.onFocus?.(event);
      if (focusable || event.currentTarget.matches(":focus-visible")) setTarget(event.currentTarget);
    },
  });
  return (
    <>
      {watched}
      {target && (
        <Suspense>
          <Bubble target={target} focusable={focusable} {...look} />
        </Suspense>
      )}
    </>
  );
}

/** How to take away each tip that is shown. */
export const shownTips = new Set<() => void>();

// Escape takes tips away and nothing else: this listens from the start, so that no dialog hears of the key before.
window.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || shownTips.size === 0) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    for (const hide of shownTips) hide();
  },
  true,
);

import type { TooltipProps } from "@mantine/core";
import { cloneElement, lazy, type PointerEvent, type ReactElement, Suspense, useState } from "react";

const Bubble = lazy(() => import("./Bubble"));

interface Pointed {
  onPointerEnter?(event: PointerEvent<HTMLElement>): void;
  onPointerLeave?(event: PointerEvent<HTMLElement>): void;
}

type TipProps = Pick<TooltipProps, "label" | "multiline" | "w" | "openDelay" | "position"> & {
  children: ReactElement<Pointed>;
};

/** What is said of an element that is pointed at; the code for it comes, and runs, only then. */
export function Tip({ children, ...look }: TipProps) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [over, setOver] = useState(false);
  const watched = cloneElement(children, {
    onPointerEnter: (event) => {
      children.props.onPointerEnter?.(event);
      if (event.pointerType === "touch") return;
      setTarget(event.currentTarget);
      setOver(true);
    },
    onPointerLeave: (event) => {
      children.props.onPointerLeave?.(event);
      setOver(false);
    },
  });
  return (
    <>
      {watched}
      {target && (
        <Suspense>
          <Bubble target={target} over={over} {...look} />
        </Suspense>
      )}
    </>
  );
}

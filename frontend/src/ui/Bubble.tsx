import { Tooltip, type TooltipProps } from "@mantine/core";
import { useEffect, useId } from "react";
import classes from "./Bubble.module.css";
import { useTip } from "./useTip";

interface BubbleProps extends Omit<TooltipProps, "children" | "target" | "opened"> {
  target: HTMLElement;
  focusable: boolean;
}

/** A tooltip of an element that is on the page already. */
export default function Bubble({ target, focusable, label, openDelay = 0, ...look }: BubbleProps) {
  const id = useId();
  const { shown, stay, leave } = useTip(target, focusable, openDelay);
  useEffect(() => {
    if (!shown) return;
    target.setAttribute("aria-describedby", id);
    return () => target.removeAttribute("aria-describedby");
  }, [shown, target, id]);
  return (
    <Tooltip
      target={target}
      opened={shown}
      // It may be pointed at itself, to be read at leisure, or copied from.
      interactive
      events={{ hover: false, focus: false, touch: false }}
      onPointerEnter={stay}
      onPointerLeave={leave}
      withArrow
      portalProps={{ target: placeOf(target) }}
      label={
        <span id={id} className={classes.words}>
          {label}
        </span>
      }
      {...look}
    />
  );
}

/** Where a screen reader looks for what belongs to `target`: in its dialog, else in the page's content. */
function placeOf(target: HTMLElement): HTMLElement {
  return target.closest<HTMLElement>("[role=dialog]") ?? document.querySelector("main") ?? document.body;
}

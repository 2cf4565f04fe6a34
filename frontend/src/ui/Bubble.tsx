import { Tooltip, type TooltipProps } from "@mantine/core";

interface BubbleProps extends Omit<TooltipProps, "children" | "target"> {
  target: HTMLElement;
  /** The pointer is still there, now that this code is. */
  over: boolean;
}

/** A tooltip of an element that is on the page already. */
export default function Bubble({ target, over, ...look }: BubbleProps) {
  return <Tooltip target={target} defaultOpened={over} withArrow {...look} />;
}

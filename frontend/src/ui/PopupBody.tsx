import { Popover, type PopoverProps } from "@mantine/core";
import type { ReactNode, RefObject } from "react";
import { Anchor, useReady } from "./Anchor";

export interface PopupBodyProps {
  id: string;
  anchor: RefObject<HTMLElement | null>;
  opened: boolean;
  onChange(opened: boolean): void;
  position?: PopoverProps["position"];
  width?: PopoverProps["width"];
  trapFocus?: boolean;
  /** Of the dropdown. */
  className?: string | undefined;
  children: ReactNode;
}

/** What drops down from an element that is on the page already. */
export default function PopupBody({ anchor, className, opened, children, ...popover }: PopupBodyProps) {
  const ready = useReady();
  return (
    <Popover shadow="md" withinPortal returnFocus opened={opened && ready} {...popover}>
      <Popover.Target>
        <Anchor element={anchor} />
      </Popover.Target>
      <Popover.Dropdown className={className ?? ""}>{children}</Popover.Dropdown>
    </Popover>
  );
}

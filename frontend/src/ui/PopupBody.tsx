import { Popover, type PopoverProps } from "@mantine/core";
import { type ReactNode, type Ref, type RefObject, useEffect, useLayoutEffect, useState } from "react";

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
  // Opened a moment after it is there: the kit notes where the focus was when it sees it open.
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return (
    <Popover shadow="md" withinPortal returnFocus opened={opened && ready} {...popover}>
      <Popover.Target>
        <Anchor element={anchor} />
      </Popover.Target>
      <Popover.Dropdown className={className ?? ""}>{children}</Popover.Dropdown>
    </Popover>
  );
}

/** Stands for the element where the kit wants to make it itself. */
function Anchor({ element, ref }: { element: RefObject<HTMLElement | null>; ref?: Ref<HTMLElement> }) {
  useLayoutEffect(() => {
    if (typeof ref === "function") ref(element.current);
    else if (ref) ref.current = element.current;
  }, [element, ref]);
  return null;
}

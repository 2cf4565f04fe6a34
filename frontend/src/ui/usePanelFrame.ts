import { useMergedRef } from "@mantine/hooks";
import { useRef } from "react";
import { useFullScreen } from "./useFullScreen";

/** What makes an element a panel: it can be pictured, and fill the screen. `frame` is for the element. */
export function usePanelFrame() {
  const panel = useRef<HTMLElement>(null);
  const { full, trap, toggle } = useFullScreen();
  return {
    panel,
    full,
    toggle,
    frame: {
      ref: useMergedRef(panel, trap),
      "data-full": full || undefined,
      ...(full ? ({ role: "dialog", "aria-modal": true } as const) : {}),
    },
  };
}

import { useFocusTrap } from "@mantine/hooks";
import { createContext, type RefCallback, useContext, useEffect, useEffectEvent, useState } from "react";

/** Whether the panel around fills the screen. */
export const FullScreen = createContext(false);
export const useIsFullScreen = () => useContext(FullScreen);

export interface FullScreenControls {
  full: boolean;
  /** Keeps the focus inside while it is full. */
  trap: RefCallback<HTMLElement | null>;
  toggle(): void;
}

/**
 * Lets one panel cover the window, and the window the screen where the browser can. It is the document that goes
 * full screen, not the panel: menus and tooltips live outside of the panel and would not be seen. Escape leaves.
 */
export function useFullScreen(): FullScreenControls {
  const [full, setFull] = useState(false);
  const trap = useFocusTrap(full);
  useWholeScreen(full, () => setFull(false));
  return { full, trap, toggle: () => setFull((now) => !now) };
}

/** The whole screen while `full`, as far as the browser lets us; `onLeave` when Escape, or the browser, ends it. */
export function useWholeScreen(full: boolean, onLeave: () => void): void {
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    if (!full) return;
    const page = document.documentElement;
    const covered = () => document.fullscreenElement === page;
    let wasCovered = false;
    const onChange = () => {
      if (wasCovered && !covered()) leave();
      wasCovered = covered();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) leave();
    };
    page.dataset.fullScreen = "";
    document.addEventListener("fullscreenchange", onChange);
    window.addEventListener("keydown", onKey);
    // A browser may have no such mode, or refuse it: the panel covers the window all the same.
    page.requestFullscreen?.({ navigationUI: "hide" }).catch(() => undefined);
    return () => {
      delete page.dataset.fullScreen;
      document.removeEventListener("fullscreenchange", onChange);
      window.removeEventListener("keydown", onKey);
      if (covered()) void document.exitFullscreen();
    };
  }, [full]);
}

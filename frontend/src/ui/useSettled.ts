import { useEffect, useState } from "react";

/** At the latest then, whatever is still missing. */
const LATEST_MS = 3_000;

/** Whether what is seen first is drawn, so that there is time for the rest; `ready` says that its data is there. */
export function useSettled(ready: boolean): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (settled) return;
    const settle = () => setSettled(true);
    const timer = setTimeout(settle, LATEST_MS);
    const idle = ready ? whenIdle(settle) : undefined;
    return () => {
      clearTimeout(timer);
      idle?.();
    };
  }, [ready, settled]);
  return settled;
}

/** Runs `then` once the browser has nothing better to do; a way to call it off. */
function whenIdle(then: () => void): () => void {
  // Safari has no such thing: a moment is nearly as good.
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(then, 200);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(then, { timeout: LATEST_MS });
  return () => cancelIdleCallback(asked);
}

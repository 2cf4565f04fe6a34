import { useEffect } from "react";

/** Keeps the screen on while it is seen; a browser that cannot, or may not, lets it go dark as ever. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const ask = async () => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      try {
        const given = await navigator.wakeLock.request("screen");
        if (ended) await given.release();
        else lock = given;
      } catch (error) {
        // Refused on battery, by policy or without TLS: there is nobody to tell and nothing else to do.
        if (!(error instanceof DOMException)) throw error;
      }
    };
    // A lock ends when the page is hidden.
    document.addEventListener("visibilitychange", ask);
    void ask();
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}

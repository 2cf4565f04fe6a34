import { create } from "zustand";
import { setTimeZone } from "../lib/timeZone";

/** What a viewer chose for this browser; public/first.js applies it before the first paint. */
export interface Preferences {
  /** An IANA zone; null is the browser's own. */
  zone: string | null;
  density: "comfortable" | "compact";
  motion: "system" | "reduced";
}

const KEY = "sentistream-preferences";
const DEFAULTS: Preferences = { zone: null, density: "comfortable", motion: "system" };

function stored(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? { ...DEFAULTS, ...kept } : DEFAULTS;
  } catch {
    // Storage may be refused, or hold what another release wrote: the defaults are right then.
    return DEFAULTS;
  }
}

/** The zone only where this browser knows it. */
function applied(kept: Preferences): Preferences {
  document.documentElement.dataset.density = kept.density;
  document.documentElement.dataset.motion = kept.motion;
  try {
    setTimeZone(kept.zone);
    return kept;
  } catch (error) {
    if (error instanceof RangeError) return { ...kept, zone: null };
    throw error;
  }
}

export const usePreferences = create<Preferences>()(() => applied(stored()));

/** Applies and keeps a choice. A new zone is drawn after a reload: every chart is cut by it. */
export function prefer(change: Partial<Preferences>): void {
  const next = applied({ ...usePreferences.getState(), ...change });
  usePreferences.setState(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Refused in some private windows: the choice lasts as long as the page.
    return;
  }
  if ("zone" in change) window.location.reload();
}

import { create } from "zustand";
import { EMPTY_FEED, type FeedSnapshot } from "./feed";
import type { MetricsFrame } from "./frames";
import { type LiveStatus, NOT_CONNECTED } from "./status";

/** Why the feed stands still; `focus`: the keyboard is in it; `open`: a post is open beside it. */
export type Hold = "paused" | "pointer" | "scrolled" | "focus" | "open";

interface LiveState {
  status: LiveStatus;
  feed: FeedSnapshot;
  /** Since when the feed, with these filters, counts; ms since 1970. */
  began: number;
  /** The latest stored posts were read: an empty feed is empty indeed. */
  seeded: boolean;
  metrics: MetricsFrame | null;
  holds: Record<Hold, boolean>;
  hold(reason: Hold, on: boolean): void;
}

/** What the live connection knows, for any component to read. */
export const useLive = create<LiveState>((set) => ({
  status: NOT_CONNECTED,
  feed: EMPTY_FEED,
  began: Date.now(),
  seeded: false,
  metrics: null,
  holds: { paused: false, pointer: false, scrolled: false, focus: false, open: false },
  hold: (reason, on) =>
    set((state) => (state.holds[reason] === on ? state : { holds: { ...state.holds, [reason]: on } })),
}));

export function isHeld(holds: Record<Hold, boolean>): boolean {
  return Object.values(holds).includes(true);
}

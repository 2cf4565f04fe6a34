export type Phase = "connecting" | "live" | "catching_up" | "away" | "resting";

export interface Gap {
  /** Why nothing was heard: the server, or the way to it, was away; or nobody looked at the page. */
  cause: "away" | "hidden";
  /** Posts that came in meanwhile. */
  count: number;
  /** False where so many came that only the newest were read. */
  complete: boolean;
  filledAt: number;
}

export interface LiveStatus {
  phase: Phase;
  /** When the server was last heard, ms since 1970. */
  heardAt: number | null;
  /** When the next try starts, while away. */
  retryAt: number | null;
  reason: string | null;
  gap: Gap | null;
}

export const NOT_CONNECTED: LiveStatus = {
  phase: "connecting",
  heardAt: null,
  retryAt: null,
  reason: null,
  gap: null,
};

/** Whether what is on the screen is behind: the server was there and is not, a try under way or not. */
export function isAway(status: LiveStatus): boolean {
  return status.heardAt !== null && (status.phase === "away" || status.phase === "connecting");
}

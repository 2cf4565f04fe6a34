export type Phase = "connecting" | "live" | "catching_up" | "away" | "resting";

/** Who looked elsewhere no longer than this is not told what came meanwhile: it is simply there. */
const GLANCE_MS = 60_000;

export interface Absence {
  /** Why nothing was heard: the server, or the way to it, was away; or nobody looked at the page. */
  cause: "away" | "hidden";
  began: number;
  /** The newest post from before. */
  lastId: string | null;
}

export interface Gap {
  cause: Absence["cause"];
  /** Posts that came in meanwhile. */
  count: number;
  /** False where so many came that only the newest were read. */
  complete: boolean;
  filledAt: number;
}

/** What is told of an absence that is made up for; null where there is nothing to tell. */
export function gapOf(absence: Absence | null, count: number, complete: boolean, now: number): Gap | null {
  const isGlance = absence?.cause === "hidden" && now - absence.began < GLANCE_MS;
  if (complete && (count === 0 || isGlance)) return null;
  return { cause: absence?.cause ?? "away", count, complete, filledAt: now };
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

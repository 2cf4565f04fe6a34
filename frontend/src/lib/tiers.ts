import type { Tiers } from "../api/types";
import { formatCount } from "./format";

/** How well posts were read, in the words of people who look after a brand. Pure. */

export type TierName = Tiers["items"][number]["tier"];

const READ: Record<TierName, string> = {
  human: "corrected by people",
  full: "read in full",
  llm: "read by a large language model",
  fast: "read quickly",
  unscored: "not read",
};

/** Best first. */
export const TIERS = ["human", "full", "llm", "fast", "unscored"] as const satisfies readonly TierName[];

export const TIER_TITLES: Record<TierName, string> = {
  human: "People",
  full: "The full model",
  llm: "A large language model",
  fast: "The fast model",
  unscored: "Nobody",
};

export interface TierPart {
  tier: TierName;
  share: number;
  posts: number;
  text: string;
}

/** The parts of the bar, best first, each with its words. */
export function tierParts(tiers: Tiers): TierPart[] {
  return tiers.items.map(({ tier, share, posts }) => ({
    tier,
    share,
    posts,
    text: `${wholePercent(share)} ${READ[tier]}${tier === "fast" && tiers.waiting > 0 ? ", being re-read" : ""}`,
  }));
}

/** What is still to come; null where nothing waits. */
export function waitingText(tiers: Tiers): string | null {
  if (tiers.waiting === 0) return null;
  return tiers.waiting === 1
    ? "1 post left to re-read"
    : `${formatCount(tiers.waiting)} posts left to re-read`;
}

/** Whole percent; what is there is never written as nothing, and what is missing never as everything. */
function wholePercent(share: number): string {
  if (share > 0 && share < 0.01) return "<1\u202f%";
  if (share < 1 && share > 0.99) return ">99\u202f%";
  return `${Math.round(share * 100)}\u202f%`;
}

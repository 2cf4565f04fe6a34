import { describe, expect, it } from "vitest";
import type { Tiers } from "../api/types";
import { tierParts, waitingText } from "./tiers";

function tiers(waiting: number, ...shares: [Tiers["items"][number]["tier"], number][]): Tiers {
  return {
    start: "2026-01-05T12:00:00Z",
    end: "2026-01-06T12:00:00Z",
    posts: 1_000,
    items: shares.map(([tier, share]) => ({ tier, share, posts: Math.round(share * 1_000) })),
    waiting,
    waiting_since: waiting ? "2026-01-06T11:59:00Z" : null,
  };
}

const texts = (of: Tiers) => tierParts(of).map(({ text }) => text.replace("\u202f", " "));

describe("tiers in words", () => {
  it("say what is being read again", () => {
    expect(texts(tiers(120, ["full", 0.88], ["fast", 0.12]))).toEqual([
      "88 % read in full",
      "12 % read quickly, being re-read",
    ]);
    expect(waitingText(tiers(1_234))).toBe("1,234 posts left to re-read");
    expect(waitingText(tiers(1))).toBe("1 post left to re-read");
  });

  it("promise nothing where nothing waits", () => {
    expect(texts(tiers(0, ["full", 0.5], ["fast", 0.5]))).toContain("50 % read quickly");
    expect(waitingText(tiers(0))).toBeNull();
  });

  it("neither hide a few nor forget them", () => {
    expect(texts(tiers(3, ["full", 0.997], ["fast", 0.003]))).toEqual([
      ">99 % read in full",
      "<1 % read quickly, being re-read",
    ]);
    expect(texts(tiers(0, ["full", 1]))).toEqual(["100 % read in full"]);
  });
});

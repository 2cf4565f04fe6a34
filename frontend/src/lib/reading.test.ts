import { describe, expect, it } from "vitest";
import { readingFacts, readsNow } from "./reading";

const NOW = Date.UTC(2026, 0, 5, 12);
const READER = {
  status: "ok",
  best: "sentistream-full",
  best_per_second: 612.4,
  quick: "sentistream-fast",
  quick_per_second: null,
  reading_quickly: false,
};
const health = (
  reading: Record<string, unknown> | null,
  lag: { entries: number; seconds: number } | null,
) => ({
  status: "ok" as const,
  services: (reading === null ? {} : { reading }) as Record<string, Record<string, unknown>>,
  lag,
  timestamp: "2026-01-05T12:00:00Z",
});
const TIERS = {
  start: "2026-01-05T11:00:00Z",
  end: "2026-01-05T12:00:00Z",
  posts: 100,
  items: [],
  waiting: 7,
  waiting_since: "2026-01-05T11:57:00Z",
};

describe("backlog and speed", () => {
  it("tell what waits, for how long, and how fast models read", () => {
    const facts = readingFacts(health(READER, { entries: 1_200, seconds: 3.25 }), TIERS, NOW);
    expect(facts.map(({ value, note, behind }) => [value, note, behind])).toEqual([
      ["1,200", "the oldest for 3.3 s", true],
      ["7", "since 3 min", true],
      ["612/s", "sentistream-full", false],
      ["–", "was not needed yet", false],
    ]);
  });

  it("do not invent what is not known", () => {
    const facts = readingFacts(health(null, null), undefined, NOW);
    expect(facts.map(({ value, note }) => [value, note])).toEqual([
      ["–", "the stream does not answer"],
      ["–", "not known"],
    ]);
    expect(readsNow(health(null, null))).toBeNull();
    const slow = readingFacts(
      health({ ...READER, quick: null, best_per_second: null }, { entries: 0, seconds: 0 }),
      { ...TIERS, waiting: 0, waiting_since: null },
      NOW,
    );
    expect(slow.map(({ name, note }) => `${name}: ${note}`)).toEqual([
      "Waiting for a first reading: nothing waits",
      "Waiting to be read again: everything was read as well as it can be",
      "The model: no batch was large enough to tell yet",
    ]);
  });

  it("say who takes new posts", () => {
    expect(readsNow(health(READER, null))).toBe("new posts are read by sentistream-full");
    expect(readsNow(health({ ...READER, reading_quickly: true }, null))).toContain("read quickly");
  });
});

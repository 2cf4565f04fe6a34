import { describe, expect, it } from "vitest";
import { isAway, type LiveStatus } from "../live/status";
import { describe as words } from "./LiveState";

const status = (change: Partial<LiveStatus>): LiveStatus => ({
  phase: "live",
  heardAt: 1_000,
  retryAt: null,
  reason: null,
  gap: null,
  ...change,
});

describe("the state of the connection in words", () => {
  it.each([
    [status({}), false, "live", "Live"],
    [status({}), true, "paused", "Feed paused"],
    [status({ phase: "catching_up" }), false, "busy", "Catching up"],
    [status({ phase: "connecting", heardAt: null }), false, "busy", "Connecting"],
    [status({ phase: "away", retryAt: 7_400 }), false, "away", "Server away, next try in 3 s"],
    [status({ phase: "away", retryAt: 4_000 }), true, "away", "Server away, next try in 0 s"],
    // A try under way must not make old data look fresh for a moment.
    [status({ phase: "connecting" }), false, "away", "Server away, trying now"],
  ])("%#", (given, paused, tone, text) => {
    expect(words(given, paused, 5_000)).toEqual({ tone, text });
  });

  it("greys nothing before the server was ever heard", () => {
    expect(isAway(status({ phase: "away", heardAt: null }))).toBe(false);
    expect(isAway(status({ phase: "connecting" }))).toBe(true);
    expect(isAway(status({ phase: "catching_up" }))).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { backoff } from "./backoff";

describe("backoff", () => {
  it("doubles from half a second up to fifteen", () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 20].map((attempt) => backoff(attempt, () => 1));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("spreads clients over the upper half", () => {
    expect(backoff(3, () => 0)).toBe(2_000);
    expect(backoff(3, () => 0.5)).toBe(3_000);
  });
});

import { describe, expect, it } from "vitest";
import { driftOf, hasNews, SCENES, scenesOf, stepped } from "./rotation";

describe("the rotation", () => {
  it("shows alerts first, and only while there are any", () => {
    expect(scenesOf(2)[0]).toBe("alerts");
    expect(scenesOf(0)).not.toContain("alerts");
    expect(scenesOf(0)).toHaveLength(SCENES.length - 1);
  });

  it("goes round in both directions", () => {
    const scenes = scenesOf(0);
    expect(stepped("products", scenes, 1)).toBe("mood");
    expect(stepped("mood", scenes, -1)).toBe("products");
    expect(stepped("trend", scenes, 1)).toBe("places");
  });

  it("goes to the first from a scene that is gone", () => {
    expect(stepped("alerts", scenesOf(0), 1)).toBe("mood");
  });

  it("takes an episode as news once", () => {
    expect(hasNews([1, 2], new Set([1]))).toBe(true);
    expect(hasNews([1, 2], new Set([1, 2, 3]))).toBe(false);
    expect(hasNews([], new Set([1]))).toBe(false);
  });

  it("never stands still for long, and never moves far", () => {
    const turns = Array.from({ length: 10 }, (_, turn) => driftOf(turn));
    expect(new Set(turns.map(String)).size).toBeGreaterThan(3);
    expect(Math.max(...turns.flat().map(Math.abs))).toBeLessThanOrEqual(6);
  });
});

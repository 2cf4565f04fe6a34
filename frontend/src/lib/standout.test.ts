import { describe, expect, it } from "vitest";
import { courseOf, feelingOf, hasMoved, standout } from "./standout";

const mean = (average_sentiment: number | null, scored = 1_000) => ({ average_sentiment, scored });

describe("the overview in short", () => {
  it("says how people feel", () => {
    expect(feelingOf(mean(0.2))).toBe("People lean positive");
    expect(feelingOf(mean(-0.2))).toBe("People lean negative");
    expect(feelingOf(mean(0.01))).toBe("People are divided");
    expect(feelingOf(mean(null, 0))).toBe("No opinions yet");
  });

  it("says that it gets worse only where chance does not explain it", () => {
    expect(courseOf(mean(-0.1), mean(0.1))).toBe("worse");
    expect(courseOf(mean(0.1), mean(-0.1))).toBe("better");
    expect(courseOf(mean(0.1), mean(0.09))).toBe("same");
    expect(courseOf(mean(-0.9, 20), mean(0.9))).toBeNull();
    expect([mean(-0.1), mean(0.09), mean(-0.9, 20)].map((now) => hasMoved(now, mean(0.1)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("names who is surely more negative than all together", () => {
    const calm = { key: "calm", negative: 300, scored: 1_000 };
    const cross = { key: "cross", negative: 500, scored: 1_000 };
    const crosser = { key: "crosser", negative: 80, scored: 100 };
    const few = { key: "few", negative: 10, scored: 10 };
    expect(standout([calm, few, cross], 0.33)).toBe(cross);
    expect(standout([calm, cross, crosser], 0.33)).toBe(crosser);
    expect(standout([calm, few], 0.33)).toBeNull();
    expect(standout([], 0.33)).toBeNull();
  });
});

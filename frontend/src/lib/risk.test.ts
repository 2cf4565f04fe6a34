import { describe, expect, it } from "vitest";
import { aPost, someNumbers } from "../testing";
import { whyAbsent } from "./absence";
import { highChurnShare, marksOf } from "./risk";
import { meansDiffer } from "./statistics";

describe("marksOf", () => {
  it("marks from one half on", () => {
    expect(marksOf(aPost("a", 0, { churn_risk: 0.5, toxicity: 0.49 }))).toEqual([
      { risk: "churn", probability: 0.5 },
    ]);
    expect(marksOf(aPost("a", 0, { churn_risk: 0.9, toxicity: 0.7 })).map(({ risk }) => risk)).toEqual([
      "churn",
      "toxicity",
    ]);
  });

  it("marks nothing that nobody read", () => {
    expect(marksOf(aPost("a", 0, { churn_risk: null, toxicity: null }))).toEqual([]);
  });
});

describe("highChurnShare", () => {
  it("is of the scored posts", () => {
    const numbers = someNumbers({ scored: 50, high_churn_risk: 5, average_churn_risk: 0.2 });
    expect(highChurnShare(numbers)).toBe(0.1);
  });

  it("is absent, not 0, where no model reads churn risk", () => {
    expect(highChurnShare(someNumbers({ average_churn_risk: null, high_churn_risk: 0 }))).toBeNull();
    expect(highChurnShare(someNumbers({ scored: 0, average_churn_risk: 0.4 }))).toBeNull();
  });
});

describe("meansDiffer", () => {
  it("is as strict as the test of shares, and silent where a mean is absent", () => {
    expect(meansDiffer(0.56, 1_000, 0.5, 1_000)).toBe(true);
    expect(meansDiffer(0.52, 1_000, 0.5, 1_000)).toBe(false);
    expect(meansDiffer(0.9, 20, 0.1, 1_000)).toBe(false);
    expect(meansDiffer(null, 1_000, 0.5, 1_000)).toBe(false);
    expect(meansDiffer(0.9, 1_000, null, 1_000)).toBe(false);
  });
});

describe("whyAbsent", () => {
  it.each([
    [{ posts: 0, scored: 0 }, "No posts in the last hour match."],
    [{ posts: 4, scored: 0 }, "No model could read these posts."],
    [{ posts: 4, scored: 3 }, "The model that read these posts does not read emotions."],
  ])("%j: %s", (numbers, expected) => expect(whyAbsent(numbers, "emotions", "1h")).toBe(expected));
});

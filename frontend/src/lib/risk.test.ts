import { describe, expect, it } from "vitest";
import { aPost } from "../testing";
import { whyAbsent } from "./absence";
import { marksOf } from "./risk";
import { meansDiffer } from "./statistics";

describe("marksOf", () => {
  const marked = (churn_risk: number | null, toxicity: number | null, highChurn: number | undefined) =>
    marksOf(aPost("a", 0, { churn_risk, toxicity }), highChurn).map(({ risk }) => risk);

  it("marks churn risk from the server's threshold on, toxicity from one half", () => {
    expect(marksOf(aPost("a", 0, { churn_risk: 0.5, toxicity: 0.49 }), 0.5)).toEqual([
      { risk: "churn", probability: 0.5 },
    ]);
    expect(marked(0.9, 0.7, 0.5)).toEqual(["churn", "toxicity"]);
    expect(marked(0.6, 0.6, 0.7)).toEqual(["toxicity"]);
    expect(marked(0.2, 0.1, 0.2)).toEqual(["churn"]);
  });

  it("marks nothing that nobody read, and no churn risk before the threshold is known", () => {
    expect(marked(null, null, 0)).toEqual([]);
    expect(marked(0.9, 0.9, undefined)).toEqual(["toxicity"]);
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

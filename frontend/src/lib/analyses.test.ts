import { describe, expect, it } from "vitest";
import { anAnalysis } from "../testing";
import { agreementOf, differencesOf, readerOf, sideBySide } from "./analyses";

const QUICK = anAnalysis({ model_name: "sentistream-fast", tier: "fast", standing: "outranked" });

describe("readings side by side", () => {
  it("begin with the one that counts, whatever its tier, and end with what was taken back", () => {
    const promoted = anAnalysis({ tier: "fast", layer: "trial" });
    const full = anAnalysis({ standing: "outranked" });
    const human = anAnalysis({ tier: "human", layer: "human", standing: "withdrawn" });
    const old = anAnalysis({ standing: "earlier" });
    const { readings, earlier } = sideBySide([promoted, human, full, old]);
    expect(readings).toEqual([promoted, full, human]);
    expect(earlier).toBe(1);
  });

  it("name a person by the name alone, and a layer where it is not the live one", () => {
    const person = anAnalysis({
      tier: "human",
      layer: "human",
      model_name: "human:ada",
      model_version: "c1",
    });
    expect(readerOf(person)).toEqual({ name: "ada", layer: null });
    expect(readerOf(QUICK)).toEqual({ name: "sentistream-fast 1", layer: null });
    expect(readerOf({ ...QUICK, layer: "trial" }).layer).toBe("trial");
  });

  it("differ in labels, and in risks where one is high and the other is not", () => {
    const current = anAnalysis();
    const none = { sentiment: false, emotion: false, toxicity: false, churn: false };
    expect(differencesOf(current, current, 0.5)).toEqual(none);
    expect(differencesOf({ ...QUICK, toxicity: 0.51, churn_risk: 0.49 }, current, 0.5)).toEqual(none);
    const other = { ...QUICK, sentiment_label: "neutral" as const, toxicity: 0.49, churn_risk: 0.5 };
    expect(differencesOf(other, current, 0.5)).toEqual({
      ...none,
      sentiment: true,
      toxicity: true,
      churn: true,
    });
  });

  it("do not differ in what one of them did not say", () => {
    const silent = anAnalysis({
      sentiment_label: "unscored",
      emotion: null,
      toxicity: null,
      churn_risk: null,
      standing: "outranked",
    });
    const none = { sentiment: false, emotion: false, toxicity: false, churn: false };
    expect(differencesOf(silent, anAnalysis(), 0.1)).toEqual(none);
    expect(differencesOf(anAnalysis(), silent, 0.1)).toEqual(none);
  });

  it("are summed up in a sentence", () => {
    const neutral = { ...QUICK, sentiment_label: "neutral" as const };
    expect(agreementOf([anAnalysis()])).toBe("One reading so far: negative.");
    expect(agreementOf([anAnalysis(), QUICK])).toBe("All 2 readings say negative.");
    expect(agreementOf([anAnalysis(), neutral, QUICK])).toBe("3 readings disagree: 2 negative, 1 neutral.");
    expect(agreementOf([anAnalysis(), { ...neutral, standing: "withdrawn" }])).toBe(
      "One reading so far: negative.",
    );
    expect(agreementOf([anAnalysis({ sentiment_label: "unscored" })])).toBe("Nobody could read it.");
  });
});

import { describe, expect, it } from "vitest";
import type { CorrectionScore, ShippedModel } from "../api/models";
import { calibrationTable, overall, pointsOf, reliabilities } from "./calibration";

const BINS = [
  { low: 0.4, high: 0.5, count: 4, mean: 0.45, observed: 0.25 },
  { low: 0.8, high: 0.9, count: 100, mean: 0.85, observed: 0.9 },
];
const SCORE: CorrectionScore = {
  model: "sentistream-full",
  version: "1",
  language: "all",
  posts: 104,
  accuracy: 0.8,
  macro_recall: 0.7,
  macro_f1_present: 0.7,
  unscored: 0,
  calibration_error: 0.06,
  calibration_bins: BINS,
};
const MEASURED = {
  task: "sentiment" as const,
  posts: 104,
  accuracy: 0.8,
  macro_recall: 0.8,
  expected_calibration_error: 0.02,
  calibration_bins: BINS,
};
const SHIPPED: ShippedModel = {
  name: "sentistream-full",
  version: "1",
  tier: "full",
  languages: ["en"],
  summary: "",
  sets: { "emotion/val": { ...MEASURED, task: "emotion" }, "sentiment/val": MEASURED },
};

describe("calibration", () => {
  it("carries an interval with every point, and leaves out empty bins", () => {
    const [few, many] = pointsOf([{ low: 0, high: 0.1, count: 0, mean: null, observed: null }, ...BINS]);
    expect([few?.said, few?.right, few?.texts]).toEqual([0.45, 0.25, 4]);
    expect((few?.interval.high ?? 0) - (few?.interval.low ?? 0)).toBeGreaterThan(0.5);
    expect((many?.interval.high ?? 0) - (many?.interval.low ?? 0)).toBeLessThan(0.15);
  });

  it("sets what a model promises beside what people found", () => {
    const [one, ...rest] = reliabilities([SHIPPED], [SCORE]);
    expect(rest).toEqual([]);
    expect([one?.promised?.set, one?.promised?.error]).toEqual(["sentiment/val", 0.02]);
    expect(one?.promised?.points.map(({ texts }) => texts)).toEqual([100]);
    expect([one?.found?.texts, one?.found?.enough]).toEqual([104, true]);
    const rows = calibrationTable([one as NonNullable<typeof one>]).rows;
    expect(rows.map((row) => row[2])).toEqual(["sentiment/val", "corrections", "corrections"]);
  });

  it("draws no conclusion from few texts, and none of another version", () => {
    const few = { ...SCORE, posts: 31, unscored: 2 };
    expect(reliabilities([SHIPPED], [few])[0]?.found?.enough).toBe(false);
    const other = { ...SCORE, version: "2" };
    const found = reliabilities([SHIPPED], [other]);
    expect(found.map(({ version, promised, found }) => [version, promised !== null, found !== null])).toEqual(
      [
        ["1", true, false],
        ["2", false, true],
      ],
    );
    expect(reliabilities([], [few])).toEqual([]);
  });

  it("goes by all languages together, or by the only one", () => {
    const english = { ...SCORE, language: "en" };
    expect(overall([SCORE, english])).toEqual([SCORE]);
    expect(overall([english])).toEqual([english]);
  });
});

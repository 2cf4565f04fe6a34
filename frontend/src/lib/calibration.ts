import type { CalibrationBin, CorrectionScore, ShippedModel } from "../api/models";
import { FEW_POSTS, wilson } from "./statistics";
import type { Table } from "./table";

/** Whether a model that says 80 % is right in 80 of 100 texts: what it promises, and what people found. Pure. */

export interface CalibrationPoint {
  /** What the model said on average, in [0, 1]. */
  said: number;
  /** How often it was right. */
  right: number;
  texts: number;
  /** 95 % interval of `right` (Wilson). */
  interval: { low: number; high: number };
}

/** Bins that hold something. */
export function pointsOf(bins: readonly CalibrationBin[]): CalibrationPoint[] {
  return bins.flatMap(({ count, mean, observed }) => {
    const interval = observed === null ? null : wilson(observed * count, count);
    return mean === null || observed === null || interval === null
      ? []
      : [{ said: mean, right: observed, texts: count, interval }];
  });
}

export interface Reliability {
  name: string;
  version: string;
  /** Measured before the model was shipped, where enough texts speak; null for one that was not shipped with this. */
  promised: { set: string; texts: number; error: number | null; points: CalibrationPoint[] } | null;
  /** By what people said of posts here; null where they said nothing of what it read. */
  found: { texts: number; error: number | null; points: CalibrationPoint[]; enough: boolean } | null;
}

/** A model's row over all languages: the only one where there is one language. */
export function overall(scores: readonly CorrectionScore[]): CorrectionScore[] {
  const named = new Map<string, CorrectionScore>();
  for (const score of scores) {
    const key = `${score.model} ${score.version}`;
    if (score.language === "all" || !named.has(key)) named.set(key, score);
  }
  return [...named.values()];
}

/** A diagram for each model that promised something, or of which people said enough to look at. */
export function reliabilities(
  shipped: readonly ShippedModel[],
  scores: readonly CorrectionScore[],
): Reliability[] {
  const of = (score: CorrectionScore | undefined) =>
    score === undefined || score.calibration_bins.length === 0
      ? null
      : {
          texts: score.posts - score.unscored,
          error: score.calibration_error,
          points: pointsOf(score.calibration_bins),
          enough: score.posts - score.unscored >= FEW_POSTS,
        };
  const known = overall(scores);
  const bundled = shipped.map(({ name, version, sets }): Reliability => {
    const measured = Object.entries(sets).find(
      ([, { task, calibration_bins }]) => task === "sentiment" && calibration_bins.length > 0,
    );
    const score = known.find((one) => one.model === name && one.version === version);
    return {
      name,
      version,
      promised: measured
        ? {
            set: measured[0],
            texts: measured[1].posts,
            error: measured[1].expected_calibration_error,
            points: pointsOf(measured[1].calibration_bins).filter(({ texts }) => texts >= FEW_POSTS),
          }
        : null,
      found: of(score),
    };
  });
  const others = known
    .filter(({ model, version }) => !shipped.some((one) => one.name === model && one.version === version))
    .map(
      (score): Reliability => ({
        name: score.model,
        version: score.version,
        promised: null,
        found: of(score),
      }),
    )
    .filter(({ found }) => found?.enough);
  return [...bundled.filter(({ promised }) => promised !== null), ...others];
}

export function calibrationTable(all: readonly Reliability[]): Table {
  const rows = all.flatMap(({ name, version, promised, found }) =>
    [
      { origin: promised?.set ?? "", points: promised?.points ?? [] },
      { origin: "corrections", points: found?.points ?? [] },
    ].flatMap(({ origin, points }) =>
      points.map(({ said, right, texts, interval }) => [
        name,
        version,
        origin,
        texts,
        said,
        right,
        interval.low,
        interval.high,
      ]),
    ),
  );
  return {
    columns: ["model", "version", "measured_on", "texts", "said", "right", "interval_low", "interval_high"],
    rows,
  };
}

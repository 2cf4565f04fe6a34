import type { Analysis } from "../api/analyses";
import { plural } from "./format";
import { marksOf } from "./risk";
import { TIERS } from "./tiers";

/** All readings of one post, set beside each other. Pure. */

export const STANDING_TITLES: Record<Analysis["standing"], string> = {
  current: "counts",
  outranked: "replaced by a better one",
  beside: "does not count",
  withdrawn: "taken back",
  earlier: "of an earlier text",
};

/** Whose word it is, and which layer holds it where that says something more. */
export function readerOf({ model_name, model_version, tier, layer }: Analysis): {
  name: string;
  layer: string | null;
} {
  if (tier === "human") return { name: model_name.replace(/^human:/, ""), layer: null };
  return { name: `${model_name} ${model_version}`, layer: layer === "live" ? null : layer };
}

/** Those of the text as it is, the one that counts first, the others by tier; and how many are of earlier texts. */
export function sideBySide(analyses: readonly Analysis[]): { readings: Analysis[]; earlier: number } {
  const readings = analyses.filter(({ standing }) => standing !== "earlier");
  const rank = ({ standing, tier }: Analysis) =>
    (standing === "current" ? -10 : standing === "withdrawn" ? 10 : 0) + TIERS.indexOf(tier);
  return {
    readings: readings.sort((a, b) => rank(a) - rank(b)),
    earlier: analyses.length - readings.length,
  };
}

export interface Differences {
  sentiment: boolean;
  emotion: boolean;
  toxicity: boolean;
  churn: boolean;
}

/** In what a reading says something else than the one that counts; what either does not say is no difference. */
export function differencesOf(
  one: Analysis,
  current: Analysis | undefined,
  highChurn: number | undefined,
): Differences {
  const scored = (analysis: Analysis) => analysis.sentiment_label !== "unscored";
  const risky = (analysis: Analysis, wanted: string) =>
    marksOf(analysis, highChurn).some(({ risk }) => risk === wanted);
  if (!current || one === current) return { sentiment: false, emotion: false, toxicity: false, churn: false };
  return {
    sentiment: scored(one) && scored(current) && one.sentiment_label !== current.sentiment_label,
    emotion: one.emotion !== null && current.emotion !== null && one.emotion !== current.emotion,
    toxicity:
      one.toxicity !== null &&
      current.toxicity !== null &&
      risky(one, "toxicity") !== risky(current, "toxicity"),
    churn:
      one.churn_risk !== null &&
      current.churn_risk !== null &&
      risky(one, "churn") !== risky(current, "churn"),
  };
}

/** Whether they agree on the sentiment, in a sentence; what was taken back or not read has no say. */
export function agreementOf(readings: readonly Analysis[]): string {
  const labels = readings
    .filter(({ standing, sentiment_label }) => standing !== "withdrawn" && sentiment_label !== "unscored")
    .map(({ sentiment_label }) => sentiment_label);
  const [first] = labels;
  if (first === undefined) return "Nobody could read it.";
  if (labels.length === 1) return `One reading so far: ${first}.`;
  const counts = [...new Set(labels)].map((label) => ({
    label,
    count: labels.filter((other) => other === label).length,
  }));
  if (counts.length === 1) return `All ${labels.length} readings say ${first}.`;
  const parts = counts.sort((a, b) => b.count - a.count).map(({ label, count }) => `${count} ${label}`);
  return `${plural(labels.length, "reading")} disagree: ${parts.join(", ")}.`;
}

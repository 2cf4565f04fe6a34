import type { Numbers, Post } from "../api/types";

/**
 * From here on a post is marked. For toxicity it is the definition; for churn risk it is the default of
 * SENTISTREAM_ANALYSIS_CHURN_THRESHOLD, which the API does not tell: the counts follow the setting.
 */
export const HIGH = 0.5;

export type Risk = "churn" | "toxicity";

/** The risks a post is marked with, each with its probability. A post nobody read for them has none. */
export function marksOf(post: Pick<Post, "churn_risk" | "toxicity">): { risk: Risk; probability: number }[] {
  const both = [
    { risk: "churn" as const, probability: post.churn_risk },
    { risk: "toxicity" as const, probability: post.toxicity },
  ];
  return both.flatMap(({ risk, probability }) =>
    probability !== null && probability >= HIGH ? [{ risk, probability }] : [],
  );
}

type Churn = Pick<Numbers, "high_churn_risk" | "average_churn_risk" | "scored">;

/** Posts at high churn risk as a share of the scored; null where no post was read for it, never 0. */
export function highChurnShare({ high_churn_risk, average_churn_risk, scored }: Churn): number | null {
  return average_churn_risk === null || scored === 0 ? null : high_churn_risk / scored;
}

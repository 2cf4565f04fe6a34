import type { Post } from "../api/types";

/** From here on a post is marked as toxic; for churn risk the server tells from where, by its settings. */
const TOXIC = 0.5;

export type Risk = "churn" | "toxicity";

/**
 * The risks a post is marked with, each with its probability. A post nobody read for them has none, and
 * none is marked for churn risk while `highChurn`, from where it counts as high, is not known.
 */
export function marksOf(
  post: Pick<Post, "churn_risk" | "toxicity">,
  highChurn: number | undefined,
): { risk: Risk; probability: number }[] {
  const both = [
    { risk: "churn" as const, probability: post.churn_risk, high: highChurn },
    { risk: "toxicity" as const, probability: post.toxicity, high: TOXIC },
  ];
  return both.flatMap(({ risk, probability, high }) =>
    probability !== null && high !== undefined && probability >= high ? [{ risk, probability }] : [],
  );
}

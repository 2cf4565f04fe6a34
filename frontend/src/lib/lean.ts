/** How far and to which side the mean sentiment of a group leans, as colours and words. */

/** A scale reaches at least this far, so that means close to 0 look close to 0. */
const LEAST_REACH = 0.3;

/** The mean, in [0.3, 1], at which a picture of `means` is as strong as it gets. */
export function leanReach(means: readonly (number | null)[]): number {
  const widest = means.reduce<number>((most, mean) => Math.max(most, Math.abs(mean ?? 0)), 0);
  return Math.min(1, Math.max(LEAST_REACH, widest));
}

export type Side = "negative" | "neutral" | "positive";

/** Means within a twentieth of 0 lean to no side. */
export function sideOf(mean: number | null): Side {
  if (mean === null || Math.abs(mean) < 0.05) return "neutral";
  return mean > 0 ? "positive" : "negative";
}

/** A fill between vermillion, grey and blue; what has no mean is grey. */
export function leanFill(mean: number | null, reach: number): string {
  return mixed(mean, reach, "var(--pos)", "var(--neg)", "var(--uns)");
}

/** As `leanFill` for text: every colour on the way has the contrast that reading needs. */
export function leanInk(mean: number | null, reach: number): string {
  return mixed(mean, reach, "var(--pos-ink)", "var(--neg-ink)", "var(--neu-ink)");
}

function mixed(mean: number | null, reach: number, positive: string, negative: string, middle: string) {
  const strength = Math.round(Math.min(1, Math.abs(mean ?? 0) / reach) * 100);
  return strength === 0 || mean === null
    ? middle
    : `color-mix(in oklab, ${mean > 0 ? positive : negative} ${strength}%, ${middle})`;
}

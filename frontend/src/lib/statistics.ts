/** Posts below which shares are drawn as uncertain. */
export const FEW_POSTS = 30;

const Z_95 = 1.959964;

/** Whether two shares differ by more than chance explains: a two-sided test of proportions at 5 %. */
export function differ(hits: number, sample: number, hitsBefore: number, sampleBefore: number): boolean {
  if (sample < FEW_POSTS || sampleBefore < FEW_POSTS) return false;
  const pooled = (hits + hitsBefore) / (sample + sampleBefore);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / sample + 1 / sampleBefore));
  return error > 0 && Math.abs(hits / sample - hitsBefore / sampleBefore) / error > Z_95;
}

/**
 * Whether two means of values in [0, 1] differ by more than chance explains. Their scatter is not known,
 * but none within [0, 1] is wider than that of yes and no, so what passes as a share passes as a mean.
 */
export function meansDiffer(
  mean: number | null,
  sample: number,
  before: number | null,
  sampleBefore: number,
) {
  if (mean === null || before === null) return false;
  return differ(mean * sample, sample, before * sampleBefore, sampleBefore);
}

/**
 * The 95 % interval of a share by Wilson's score method (E. B. Wilson, 1927), which stays inside
 * [0, 1] and is honest for small samples. Null for an empty sample.
 */
export function wilson(hits: number, sample: number): { low: number; high: number } | null {
  if (sample <= 0) return null;
  const share = hits / sample;
  const z2 = Z_95 ** 2;
  const centre = (share + z2 / (2 * sample)) / (1 + z2 / sample);
  const half =
    (Z_95 / (1 + z2 / sample)) * Math.sqrt((share * (1 - share)) / sample + z2 / (4 * sample ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

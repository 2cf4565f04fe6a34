/** Posts below which shares are drawn as uncertain. */
export const FEW_POSTS = 30;

const Z_95 = 1.959964;

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

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before try `attempt` (0 is the first), in milliseconds: doubling up to 15 s, the
 * upper half drawn by lot so that a thousand dashboards do not come back in the same instant.
 */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

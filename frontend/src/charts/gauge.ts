import { arc } from "d3-shape";

/** A gauge from -1, at the left, over 0, at the top, to +1, at the right. Angles in radians, clockwise from the top. */

const RIM = 100;
const WIDTH = 17;
/** A gauge of no more than this says nothing: the sign of the mean is not to be seen. */
const LEAST_ARC = 0.004;

export function angleOf(score: number): number {
  return (Math.max(-1, Math.min(1, score)) * Math.PI) / 2;
}

/** A point `beyond` the rim of 100, centre at (0, 0), y downward. */
export function pointAt(score: number, beyond = 0): { x: number; y: number } {
  const angle = angleOf(score);
  const radius = RIM + beyond;
  return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
}

/** The band between two scores, as a path. */
export function bandOf(from: number, to: number): string {
  const [low, high] = from < to ? [from, to] : [to, from];
  const shape = arc<null>()
    .innerRadius(RIM - WIDTH)
    .outerRadius(RIM)
    .cornerRadius(3)
    .startAngle(angleOf(low))
    .endAngle(angleOf(high) + (high - low < LEAST_ARC ? LEAST_ARC : 0));
  return shape(null) ?? "";
}

/** A mark across the band, as the two ends of a line. */
export function markAt(score: number, inside: number, outside: number) {
  const from = pointAt(score, -WIDTH - inside);
  const to = pointAt(score, outside);
  return { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
}

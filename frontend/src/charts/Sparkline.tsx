import classes from "./Sparkline.module.css";

interface SparklineProps {
  /** Null where there is nothing to show: the line breaks. */
  values: readonly (number | null)[];
  tone: "accent" | "positive" | "neutral" | "negative";
}

const WIDTH = 100;
const HEIGHT = 30;
const PAD = 3;

/** The shape of the range at a glance; the trend panel has the scale. */
export function Sparkline({ values, tone }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 3) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const points = values.flatMap((value, index) =>
    value === null
      ? []
      : [
          [
            (index / (values.length - 1)) * WIDTH,
            HEIGHT - PAD - ((value - low) / span) * (HEIGHT - 2 * PAD),
          ] as const,
        ],
  );
  const line = points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  const area = `${line}L${last[0].toFixed(1)} ${HEIGHT}L${first[0].toFixed(1)} ${HEIGHT}Z`;
  return (
    <svg
      className={classes.spark}
      data-tone={tone}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={classes.area} d={area} />
      <path className={classes.line} d={line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

import { arc, pie } from "d3-shape";
import type { ReactNode } from "react";
import type { Scored } from "../lib/sentiment";
import classes from "./Donut.module.css";

export interface Slice {
  sentiment: Scored;
  posts: number;
}

const SIZE = 168;

interface DonutProps {
  slices: readonly Slice[];
  children: ReactNode;
  summary: string;
}

export function Donut({ slices, children, summary }: DonutProps) {
  const pieces = pie<Slice>()
    .value((slice) => slice.posts)
    .sort(null)
    .padAngle(0.018)([...slices]);
  const shape = arc<(typeof pieces)[number]>()
    .innerRadius(SIZE / 2 - 24)
    .outerRadius(SIZE / 2)
    .cornerRadius(3);
  return (
    <div className={classes.donut} style={{ width: SIZE, height: SIZE }}>
      <svg viewBox={`${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`} role="img" aria-label={summary}>
        {pieces.map((piece) => (
          <path
            key={piece.data.sentiment}
            className={classes.slice}
            data-sentiment={piece.data.sentiment}
            d={shape(piece) ?? ""}
          />
        ))}
      </svg>
      <div className={classes.centre}>{children}</div>
    </div>
  );
}

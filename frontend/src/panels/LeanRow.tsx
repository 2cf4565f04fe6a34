import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import type { Term } from "../api/places";
import type { Group } from "../api/types";
import { DivergingBar } from "../charts/DivergingBar";
import { formatScore, formatShare } from "../lib/format";
import { FEW_POSTS } from "../lib/statistics";
import { Tip } from "../ui/Tip";
import classes from "./LeanRow.module.css";

interface LeanRowProps {
  /** Whose posts, or people, lean. */
  of: Group | Term;
  name: ReactNode;
  /** Said when it is pointed at. */
  details: ReactNode;
  /** The share that fills half a bar; equal for all rows of a list. */
  reach: number;
  chosen?: boolean;
  /** Others are chosen. */
  faded?: boolean;
  onClick(): void;
  /** The columns after the score. */
  children: ReactNode;
}

/** A row of a list: how people lean, as a bar and as a score. Of few the bar is hatched, and the score pale. */
export function LeanRow({ of, name, details, reach, chosen, faded, onClick, children }: LeanRowProps) {
  const few = of.scored < FEW_POSTS;
  return (
    <li>
      <Tip label={<span className={`${classes.details} numeric`}>{details}</span>} multiline openDelay={250}>
        <button
          type="button"
          className={classes.row}
          aria-pressed={chosen}
          data-faded={faded || undefined}
          onClick={onClick}
        >
          <span className={classes.name}>{name}</span>
          <VisuallyHidden>
            {formatShare(of.negative_share)} negative, {formatShare(of.positive_share)} positive, score
          </VisuallyHidden>
          <DivergingBar
            negative={of.negative}
            neutral={of.neutral}
            positive={of.positive}
            uncertain={few}
            reach={reach}
          />
          <span className={classes.score} data-few={few || undefined}>
            {formatScore(of.average_sentiment)}
          </span>
          {children}
        </button>
      </Tip>
    </li>
  );
}

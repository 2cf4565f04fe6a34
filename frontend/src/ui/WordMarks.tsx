import { Tooltip, VisuallyHidden } from "@mantine/core";
import type { CSSProperties } from "react";
import { formatScore } from "../lib/format";
import { type Measure, type Piece, strengths, toneOf, type WordContribution } from "../lib/words";
import classes from "./WordMarks.module.css";

/**
 * A text with its words marked by what they add: the colour by its meaning, the line by its sign (solid raises, dashed
 * lowers), its thickness by its size. The number is there on hover and focus, and for screen readers.
 */
export function WordMarks({ pieces, measure }: { pieces: readonly Piece[]; measure: Measure }) {
  const marked = strengths(
    pieces.flatMap(({ word }) => (word ? [word] : [])),
    measure,
  );
  return (
    <div className={classes.text} dir="auto" data-testid="word-marks">
      {pieces.map(({ start, text, word }) => {
        const strength = word ? marked.get(word) : undefined;
        if (!word || strength === undefined) return <span key={start}>{text}</span>;
        return <Mark key={start} word={word} measure={measure} strength={strength} />;
      })}
    </div>
  );
}

function Mark({ word, measure, strength }: { word: WordContribution; measure: Measure; strength: number }) {
  const adds = word[measure] ?? 0;
  return (
    <Tooltip label={formatScore(adds)} withArrow events={{ hover: true, focus: true, touch: true }}>
      <mark
        className={classes.mark}
        data-tone={toneOf(measure, adds)}
        data-sign={adds > 0 ? "raises" : "lowers"}
        style={{ "--strength": strength.toFixed(3) } as CSSProperties}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without the pointer, focus is the way to its number
        tabIndex={0}
      >
        {word.text}
        <VisuallyHidden> ({formatScore(adds)})</VisuallyHidden>
      </mark>
    </Tooltip>
  );
}

/** What lines and colours mean, for `measure`. */
export function MarksLegend({ measure }: { measure: Measure }) {
  return (
    <ul className={classes.legend} aria-label="How words are marked">
      {(["raises", "lowers"] as const).map((sign) => (
        <li key={sign}>
          <span
            className={classes.sample}
            data-tone={toneOf(measure, sign === "raises" ? 1 : -1)}
            data-sign={sign}
            aria-hidden="true"
          />
          {MEANINGS[measure][sign]}
        </li>
      ))}
      <li className={classes.hint}>the thicker, the more</li>
    </ul>
  );
}

const MEANINGS: Record<Measure, { raises: string; lowers: string }> = {
  sentiment: { raises: "more positive", lowers: "more negative" },
  toxicity: { raises: "more toxic", lowers: "less toxic" },
  churn_risk: { raises: "more likely to leave", lowers: "less likely to leave" },
};

import { highlighted } from "../lib/highlight";
import classes from "./Highlighted.module.css";

/** A stranger's text, only ever as text, with what was searched for marked in it. */
export function Highlighted({ text, phrases }: { text: string; phrases: readonly string[][] }) {
  if (phrases.length === 0) return text;
  return highlighted(text, phrases).map((stretch) =>
    stretch.hit ? (
      <mark key={stretch.at} className={classes.hit}>
        {stretch.text}
      </mark>
    ) : (
      stretch.text
    ),
  );
}

import type { Explanation } from "../api/types";

export const MEASURES = ["sentiment", "toxicity", "churn_risk"] as const;
export type Measure = (typeof MEASURES)[number];
export type WordContribution = Explanation["words"][number];

export const MEASURE_TITLES: Record<Measure, string> = {
  sentiment: "Sentiment",
  toxicity: "Toxicity",
  churn_risk: "Churn risk",
};

/** Where no word adds more than this, marking any as strong would make much of nothing. */
const STRONG = 0.1;
/** Less than this changes no digit that is shown. */
const NOTICEABLE = 0.005;

export interface Piece {
  /** Where it begins, in code points: also its key. */
  start: number;
  text: string;
  word: WordContribution | null;
}

/**
 * `content` cut at the words' places, which count code points where JavaScript counts UTF-16 units; null where
 * they do not fit, because the post was edited meanwhile.
 */
export function piecesOf(content: string, words: readonly WordContribution[]): Piece[] | null {
  const letters = [...content];
  const pieces: Piece[] = [];
  let at = 0;
  for (const word of words) {
    const text = letters.slice(word.start, word.end).join("");
    if (word.start < at || text !== word.text) return null;
    if (word.start > at) pieces.push({ start: at, text: letters.slice(at, word.start).join(""), word: null });
    pieces.push({ start: word.start, text, word });
    at = word.end;
  }
  if (at < letters.length) pieces.push({ start: at, text: letters.slice(at).join(""), word: null });
  return pieces;
}

/** How strong each word is in (0, 1], by the strongest; words that add nothing worth showing are left out. */
export function strengths(
  words: readonly WordContribution[],
  measure: Measure,
): Map<WordContribution, number> {
  const most = Math.max(STRONG, ...words.map((word) => Math.abs(word[measure] ?? 0)));
  const found = new Map<WordContribution, number>();
  for (const word of words) {
    const size = Math.abs(word[measure] ?? 0);
    if (size >= NOTICEABLE && size >= most / 20) found.set(word, size / most);
  }
  return found;
}

/** The words that add most, either way, the strongest first. */
export function strongestWords(
  words: readonly WordContribution[],
  measure: Measure,
  count: number,
): WordContribution[] {
  return [...strengths(words, measure)]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([word]) => word);
}

/** The scores that an explanation is about; those the model does not read are left out. */
export function measuresOf(explanation: Pick<Explanation, "scores">): Measure[] {
  return MEASURES.filter((measure) => explanation.scores?.[measure] != null);
}

/** What a contribution means for people: a higher score is good news of sentiment, bad news of a risk. */
export function toneOf(measure: Measure, adds: number): "good" | "bad" {
  return adds > 0 === (measure === "sentiment") ? "good" : "bad";
}

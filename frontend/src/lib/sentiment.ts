export const SENTIMENTS = ["positive", "neutral", "negative", "unscored"] as const;
export type Sentiment = (typeof SENTIMENTS)[number];
export type Scored = Exclude<Sentiment, "unscored">;

export const SENTIMENT_TITLES: Record<Sentiment, string> = {
  positive: "Positive",
  neutral: "Neutral",
  negative: "Negative",
  unscored: "Unscored",
};

/** An unknown label comes from a newer server: it has no reading here, so it counts as unscored. */
export function sentimentOf(label: string): Sentiment {
  return (SENTIMENTS as readonly string[]).includes(label) ? (label as Sentiment) : "unscored";
}

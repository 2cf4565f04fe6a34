/** The filters of the screen; values of one are alternatives, filters are joined by "and". */
export const DIMENSIONS = [
  "source",
  "product",
  "channel",
  "country",
  "city",
  "language",
  "sentiment",
  "emotion",
  "tier",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Filters extends Record<Dimension, string[]> {
  /** Words that must all occur; quotes make a phrase. */
  q: string;
}

export const NO_FILTERS: Filters = {
  source: [],
  product: [],
  channel: [],
  country: [],
  city: [],
  language: [],
  sentiment: [],
  emotion: [],
  tier: [],
  q: "",
};

export const DIMENSION_TITLES: Record<Dimension, string> = {
  source: "Platform",
  product: "Product",
  channel: "Channel",
  country: "Country",
  city: "City",
  language: "Language",
  sentiment: "Sentiment",
  emotion: "Emotion",
  tier: "Tier",
};

/** As query parameters: only what is set, alternatives joined by commas. */
export function filterParameters(filters: Filters): Partial<Record<Dimension | "q", string>> {
  const parameters: Partial<Record<Dimension | "q", string>> = {};
  for (const dimension of DIMENSIONS) {
    const values = filters[dimension];
    if (values.length > 0) parameters[dimension] = values.map(escapeComma).join(",");
  }
  const q = filters.q.trim();
  if (q) parameters.q = q;
  return parameters;
}

function escapeComma(value: string): string {
  return value.replaceAll(",", "\\,");
}

type Located = Record<Exclude<Dimension, "sentiment" | "city">, string | null> & {
  city: string | null;
  sentiment_label: string;
};

/** Whether a post is among those the dimension filters ask for; a city may carry its country. */
export function matchesDimensions(filters: Filters, post: Located): boolean {
  return DIMENSIONS.every((dimension) => {
    const wanted = filters[dimension];
    if (wanted.length === 0) return true;
    const value = dimension === "sentiment" ? post.sentiment_label : post[dimension];
    if (value === null) return false;
    return wanted.includes(value) || (dimension === "city" && wanted.includes(`${post.country}/${value}`));
  });
}

export function countFilters(filters: Filters): number {
  return Object.keys(filterParameters(filters)).length;
}

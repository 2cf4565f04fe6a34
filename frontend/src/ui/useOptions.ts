import { useGroupOptions, useLanguageOptions } from "../api/hooks";
import { EMOTION_TITLES } from "../lib/emotion";
import type { Dimension } from "../lib/filters";
import { countryOf, languageOf, titleOf } from "../lib/format";
import type { Range } from "../lib/range";
import { SENTIMENT_TITLES, SENTIMENTS } from "../lib/sentiment";
import { TIER_TITLES, TIERS } from "../lib/tiers";

export interface Option {
  value: string;
  title: string;
  posts: number | null;
}

export interface Options {
  options: Option[];
  loading: boolean;
  failed: boolean;
}

const GROUPINGS = {
  source: "platforms",
  product: "products",
  channel: "channels",
  country: "countries",
  city: "cities",
  emotion: "emotions",
} as const;

/** How a value of a dimension is written for people. */
export function titleOfValue(dimension: Dimension, value: string): string {
  switch (dimension) {
    case "source":
    case "channel":
      return titleOf(value);
    case "country":
      return countryOf(value);
    case "city":
      return value.slice(value.indexOf("/") + 1);
    case "language":
      return languageOf(value);
    case "sentiment":
      return SENTIMENT_TITLES[value as keyof typeof SENTIMENT_TITLES] ?? value;
    case "emotion":
      return EMOTION_TITLES[value as keyof typeof EMOTION_TITLES] ?? value;
    case "tier":
      return TIER_TITLES[value as keyof typeof TIER_TITLES] ?? value;
    default:
      return value;
  }
}

/** What there is to choose, with its posts in the range; asked for only once a menu opens. */
export function useOptions(dimension: Dimension, range: Range, open: boolean): Options {
  const grouping = dimension in GROUPINGS ? GROUPINGS[dimension as keyof typeof GROUPINGS] : null;
  const groups = useGroupOptions(grouping ?? "platforms", range, open && grouping !== null);
  const languages = useLanguageOptions(range, open && dimension === "language");
  const fixed = dimension === "sentiment" ? SENTIMENTS : dimension === "tier" ? TIERS : null;
  if (fixed) {
    const options = fixed.map((value) => ({ value, title: titleOfValue(dimension, value), posts: null }));
    return { options, loading: false, failed: false };
  }
  const query = dimension === "language" ? languages : groups;
  const items: readonly { key: string; posts: number }[] = query.data ?? [];
  const options = items
    .filter((item) => item.key !== "" && item.key !== "(other)")
    .map((item) => ({ value: item.key, title: titleOfOption(dimension, item.key), posts: item.posts }));
  return { options, loading: query.isPending, failed: query.isError };
}

function titleOfOption(dimension: Dimension, key: string): string {
  if (dimension !== "city") return titleOfValue(dimension, key);
  const slash = key.indexOf("/");
  return slash < 0 ? key : `${key.slice(slash + 1)}, ${key.slice(0, slash)}`;
}

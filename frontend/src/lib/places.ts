import { countryOf, formatScore, formatShare, plural } from "./format";
import { FEW_POSTS } from "./statistics";

export interface Located {
  key: string;
  city: string | null;
  country: string | null;
  latitude: number | null;
  longitude: number | null;
  posts: number;
  scored: number;
  negative_share: number | null;
  average_sentiment: number | null;
}

/** Chicago, United States. */
export function nameOfPlace({ city, country }: Pick<Located, "city" | "country">): string {
  const names = [city, country && countryOf(country)].filter((name) => name !== null && name !== "");
  return names.join(", ");
}

/** What a place says, in words. */
export function describePlace(place: Located): string {
  const few = place.scored < FEW_POSTS ? ", too few to be sure" : "";
  return `${formatScore(place.average_sentiment)}, ${formatShare(place.negative_share)} negative, ${plural(place.posts, "post")}${few}`;
}

const LEAST_RADIUS = 3;
const LARGEST_RADIUS = 15;

/** Of a bubble whose area grows with its posts; `room` in [0, 1] shrinks them all. */
export function radiusOf(posts: number, most: number, room: number): number {
  return Math.max(LEAST_RADIUS, LARGEST_RADIUS * room * Math.sqrt(posts / Math.max(1, most)));
}

/** What the map shows, for those who do not see it. */
export function mapSummary(countries: readonly Located[], cities: readonly Located[]): string {
  const told = (places: readonly Located[]) =>
    places
      .slice(0, 5)
      .map((place) => `${nameOfPlace(place)} ${formatScore(place.average_sentiment)}`)
      .join(", ");
  const placed = `${plural(countries.length, "country", "countries")} and ${plural(cities.length, "city", "cities")}`;
  return `Map of mean sentiment in ${placed}, most posts first: ${told(countries)}; ${told(cities)}.`;
}

import { DIMENSION_TITLES, DIMENSIONS, type Filters } from "../lib/filters";
import { type Range, shapeOf } from "../lib/range";
import { titleOfValue } from "../ui/useOptions";

/** What is looked at, in one line: the time, then every filter. */
export function scopeOf(range: Range, filters: Filters): string {
  const chosen = DIMENSIONS.filter((dimension) => filters[dimension].length > 0).map(
    (dimension) =>
      `${DIMENSION_TITLES[dimension]}: ${filters[dimension].map((value) => titleOfValue(dimension, value)).join(", ")}`,
  );
  const words = filters.q.trim() ? [`“${filters.q.trim()}”`] : [];
  const time = shapeOf(range).title;
  return [time.charAt(0).toUpperCase() + time.slice(1), ...chosen, ...words].join(" · ");
}

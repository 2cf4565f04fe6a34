import {
  createParser,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { useCallback, useMemo } from "react";
import { EMOTIONS } from "../lib/emotion";
import { DIMENSIONS, type Dimension, type Filters } from "../lib/filters";
import { parseRange, type Range } from "../lib/range";
import { SENTIMENTS } from "../lib/sentiment";
import { TIERS } from "../lib/tiers";

const many = parseAsArrayOf(parseAsString).withDefault([]);
const parseAsRange = createParser<Range>({ parse: parseRange, serialize: (range) => range });
const parsers = {
  range: parseAsRange.withDefault("24h"),
  compare: parseAsBoolean.withDefault(true),
  q: parseAsString.withDefault(""),
  source: many,
  product: many,
  channel: many,
  country: many,
  city: many,
  language: many,
  sentiment: parseAsArrayOf(parseAsStringLiteral(SENTIMENTS)).withDefault([]),
  emotion: parseAsArrayOf(parseAsStringLiteral(EMOTIONS)).withDefault([]),
  tier: parseAsArrayOf(parseAsStringLiteral(TIERS)).withDefault([]),
};

export interface FilterControls {
  range: Range;
  /** Whether the range is set beside the one of the same length before it. */
  compare: boolean;
  filters: Filters;
  setCompare(compare: boolean): void;
  setRange(range: Range): void;
  setQuery(q: string): void;
  setValues(dimension: Dimension, values: string[]): void;
  toggle(dimension: Dimension, value: string): void;
  clear(): void;
}

/** The filters live in the address, so that a link shows the same screen to somebody else. */
export function useFilters(): FilterControls {
  const [state, setState] = useQueryStates(parsers, { history: "push" });
  const filters = useMemo<Filters>(() => {
    const { range: _range, compare: _compare, ...rest } = state;
    return rest;
  }, [state]);

  const setRange = useCallback((range: Range) => void setState({ range }), [setState]);
  const setCompare = useCallback((compare: boolean) => void setState({ compare }), [setState]);
  const setQuery = useCallback((q: string) => void setState({ q: q || null }), [setState]);
  const setValues = useCallback(
    (dimension: Dimension, values: string[]) =>
      void setState({ [dimension]: values.length > 0 ? values : null }),
    [setState],
  );
  const toggle = useCallback(
    (dimension: Dimension, value: string) =>
      void setState((now) => {
        const values: readonly string[] = now[dimension];
        const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
        return { [dimension]: next.length > 0 ? next : null };
      }),
    [setState],
  );
  const clear = useCallback(() => {
    const nothing = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, null]));
    void setState({ ...nothing, q: null });
  }, [setState]);

  const { range, compare } = state;
  return { range, compare, filters, setRange, setCompare, setQuery, setValues, toggle, clear };
}

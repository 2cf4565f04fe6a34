import { useOverall } from "../api/hooks";
import type { Numbers } from "../api/types";
import { countFilters, type Filters } from "../lib/filters";
import type { Range } from "../lib/range";
import { useLive } from "./store";

/** The newest numbers of the range: the server's push is ahead of the last answer where both count the same. */
export function useCurrentNumbers(range: Range, filters: Filters): Numbers | undefined {
  const overall = useOverall(range, filters);
  const pushed = useLive((state) => state.metrics);
  const answered = overall.data?.current;
  if (!pushed || !overall.data || countFilters(filters) > 0) return answered;
  if (Date.parse(pushed.as_of) <= Date.parse(overall.data.asOf)) return answered;
  if (range === "1h") return pushed.last_hour;
  if (range === "24h") return pushed.last_24_hours;
  return answered;
}

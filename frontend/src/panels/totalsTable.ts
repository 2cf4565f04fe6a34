import type { Numbers } from "../api/types";
import type { Cell, Table } from "../lib/table";

const MEASURES = [
  "posts",
  "positive_share",
  "neutral_share",
  "negative_share",
  "average_sentiment",
  "high_churn_share",
  "average_toxicity",
] as const satisfies readonly (keyof Numbers)[];

/** The headline numbers as they are counted; `before` is null where nothing is compared. */
export function totalsTable(now: Numbers, before: Numbers | null, arrivals: number | null): Table {
  return {
    columns: ["measure", "now", "before", "change"],
    rows: [
      ...MEASURES.map((name): Cell[] => {
        const [value, past] = [now[name], before?.[name] ?? null];
        return [name, value, past, value === null || past === null ? null : value - past];
      }),
      ["arrived_in_the_last_minute", arrivals, null, null],
    ],
  };
}

import type { AccountTotals, Ledger } from "../api/types";

type OutcomeName = Exclude<keyof AccountTotals, "received" | "balanced">;

export interface Outcome {
  name: OutcomeName;
  title: string;
  /** Shown although it is zero. */
  always: boolean;
}

/** Where an entry can end, in the order of the equation. */
export const OUTCOMES: readonly Outcome[] = [
  { name: "created", title: "created", always: true },
  { name: "edited", title: "edited", always: false },
  { name: "duplicate", title: "duplicate", always: false },
  { name: "stale", title: "stale", always: false },
  { name: "deleted", title: "deleted", always: false },
  { name: "tombstoned", title: "tombstoned", always: false },
  { name: "corrected", title: "corrected", always: false },
  { name: "filtered", title: "filtered", always: false },
  { name: "dead_lettered", title: "dead-lettered", always: true },
  { name: "in_flight", title: "in flight", always: true },
];

/** The account of a connector, as columns. */
export const LEDGER_COLUMNS = ["connector", "received", ...OUTCOMES.map(({ name }) => name)] as const;

export const LEDGER_ABOUT =
  "Every entry received ends in exactly one of these. Received is counted when an entry becomes durable, in flight is read from the stream: nothing here is the difference of two other numbers, so that it can show a loss.";

/** The right side of the equation, without the outcomes that nothing met. */
export function outcomesOf(total: AccountTotals): (Outcome & { value: number })[] {
  return OUTCOMES.map((outcome) => ({ ...outcome, value: total[outcome.name] })).filter(
    ({ always, value }) => always || value > 0,
  );
}

/** The heads of a table of accounts. */
export function headsOf(outcomes: readonly Outcome[]): string[] {
  return ["connector", "received", ...outcomes.map(({ title }) => title), "adds up"];
}

/** What is said of a ledger that adds up. */
export function balanceWords({ stable }: Ledger): string {
  return stable ? "adds up" : "adds up so far, posts are moving";
}

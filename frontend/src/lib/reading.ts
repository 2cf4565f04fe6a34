import type { components } from "../api/schema.gen";
import type { Tiers } from "../api/types";
import { formatCount, formatDuration } from "./format";

/** How fast posts are read, in words. Pure. */

type Health = components["schemas"]["Health"];

interface Reader {
  best: string;
  best_per_second: number | null;
  quick: string | null;
  quick_per_second: number | null;
  reading_quickly: boolean;
}

export interface Fact {
  name: string;
  value: string;
  note: string;
  /** Something to look after. */
  behind: boolean;
}

const LATE_S = 2;
const UNMEASURED = "no batch was large enough to tell yet";

/** What `health` says of the models of its process; null where no model reads posts there. */
function readerOf(health: Health): Reader | null {
  return (health.services?.reading as unknown as Reader | undefined) ?? null;
}

const speed = (perSecond: number | null) =>
  perSecond === null ? "–" : `${formatCount(Math.round(perSecond))}/s`;

/** Backlog and speeds; `now` is in ms since 1970. */
export function readingFacts(health: Health, tiers: Tiers | undefined, now: number): Fact[] {
  const reader = readerOf(health);
  const { lag } = health;
  const facts: Fact[] = [
    {
      name: "Waiting for a first reading",
      value: formatCount(lag?.entries),
      note: lag
        ? lag.entries > 0
          ? `the oldest for ${lag.seconds.toFixed(1)} s`
          : "nothing waits"
        : "the stream does not answer",
      behind: (lag?.seconds ?? 0) > LATE_S,
    },
    {
      name: "Waiting to be read again",
      value: formatCount(tiers?.waiting),
      note: !tiers
        ? "not known"
        : tiers.waiting_since === null
          ? "everything was read as well as it can be"
          : `since ${formatDuration(Math.max(0, now - Date.parse(tiers.waiting_since)))}`,
      behind: (tiers?.waiting ?? 0) > 0,
    },
  ];
  if (reader === null) return facts;
  facts.push({
    name: reader.quick === null ? "The model" : "The full model",
    value: speed(reader.best_per_second),
    note: reader.best_per_second === null ? UNMEASURED : reader.best,
    behind: false,
  });
  if (reader.quick !== null)
    facts.push({
      name: "The fast model",
      value: speed(reader.quick_per_second),
      note: reader.quick_per_second === null ? "was not needed yet" : reader.quick,
      behind: false,
    });
  return facts;
}

/** Who takes new posts at the moment; null where that is another process. */
export function readsNow(health: Health): string | null {
  const reader = readerOf(health);
  if (reader === null) return null;
  return reader.reading_quickly
    ? "new posts are read quickly, the full model could not be on time"
    : `new posts are read by ${reader.best}`;
}

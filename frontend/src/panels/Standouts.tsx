import { useState } from "react";
import { useGroups, useTrend } from "../api/hooks";
import { useTerms } from "../api/places";
import type { Dimension, Filters } from "../lib/filters";
import { formatShare } from "../lib/format";
import { isMood } from "../lib/moodWords";
import type { Range } from "../lib/range";
import { standout } from "../lib/standout";
import { titleOfValue } from "../ui/useOptions";
import classes from "./InShort.module.css";

/** As many as the panels below ask for, so that they are asked for once. */
const COMPARED = 50;
const TERMS = 45;

interface StandoutsProps {
  range: Range;
  filters: Filters;
  /** The negative share of all that match, which a group must surely exceed. */
  share: number;
  onPick(dimension: Dimension, value: string): void;
  onTerm(term: string): void;
}

/** The product, the city and the term about which people are surely crosser than on the whole. */
export default function Standouts({ share, onPick, onTerm, ...wanted }: StandoutsProps) {
  const { range, filters } = useAfterTheTrend(wanted.range, wanted.filters);
  const terms = useTerms(range, filters, "people", TERMS);
  const topics = terms.data?.items.filter(({ term }) => !isMood(term));
  const term = topics && standout(topics, share);
  const asked = { range, filters, share, onPick };
  return (
    <ul className={`${classes.standouts} numeric`}>
      <Group {...asked} grouping="products" dimension="product" about="Most negative product" />
      <Group {...asked} grouping="cities" dimension="city" about="Most negative city" />
      <Standout
        about="Most negative term"
        name={term?.term}
        share={term?.negative_share}
        known={term !== undefined}
        onClick={() => term && onTerm(term.term)}
      />
    </ul>
  );
}

interface GroupProps extends Omit<StandoutsProps, "onTerm"> {
  grouping: "products" | "cities";
  dimension: "product" | "city";
  about: string;
}

function Group({ range, filters, share, onPick, grouping, dimension, about }: GroupProps) {
  const groups = useGroups(grouping, range, { ...filters, [dimension]: [] }, COMPARED);
  const chosen = filters[dimension];
  const counted = groups.data?.items.filter(({ key }) => chosen.length === 0 || chosen.includes(key));
  const group = counted && standout(counted, share);
  return (
    <Standout
      about={about}
      name={group ? titleOfValue(dimension, group.key) : undefined}
      share={group?.negative_share}
      known={group !== undefined}
      onClick={() => group && onPick(dimension, group.key)}
    />
  );
}

interface StandoutProps {
  about: string;
  name: string | undefined;
  share: number | null | undefined;
  /** Whether the answer is there; without a name none stands out then. */
  known: boolean;
  onClick(): void;
}

function Standout({ about, name, share, known, onClick }: StandoutProps) {
  return (
    <li>
      <span className={classes.about}>{about}</span>
      {name === undefined ? (
        <span className={classes.none}>{known ? "none stands out" : "…"}</span>
      ) : (
        <button type="button" className={classes.name} onClick={onClick}>
          <strong>{name}</strong> {formatShare(share)} negative
        </button>
      )}
    </li>
  );
}

/** What is chosen, once the trend shows it: the first picture of a new choice does not wait for this. */
function useAfterTheTrend(range: Range, filters: Filters): { range: Range; filters: Filters } {
  const waits = useTrend(range, filters).isPlaceholderData;
  const [asked, ask] = useState({ range, filters });
  if (!waits && (asked.range !== range || asked.filters !== filters)) ask({ range, filters });
  return asked;
}

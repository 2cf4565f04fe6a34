import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { type TermOrder, useTerms } from "../api/places";
import type { Alert } from "../api/types";
import { NO_FILTERS } from "../lib/filters";
import { plural } from "../lib/format";
import { rangeOf } from "../lib/range";
import { Failure } from "../ui/Panel";
import { Section } from "../ui/Section";
import classes from "./EpisodeTerms.module.css";

const SHOWN = 12;

interface EpisodeTermsProps {
  alert: Alert;
  sort?: TermOrder;
}

/** What people talked about in the window that raised it and had not in the window before; else what they used most. */
export function EpisodeTerms({ alert, sort = "rising" }: EpisodeTermsProps) {
  const range = rangeOf(Date.parse(alert.window_start), Date.parse(alert.window_end));
  const scope = alert.scope === null ? {} : { [alert.scope.dimension]: [alert.scope.value] };
  const query = useTerms(range, { ...NO_FILTERS, ...scope }, sort, SHOWN);
  const terms = query.data?.items;
  if (terms?.length === 0) return sort === "rising" ? <EpisodeTerms alert={alert} sort="people" /> : null;
  return (
    <Section title={sort === "rising" ? "Rising terms" : "Most used terms"}>
      {query.isPending && <Skeleton height={28} radius="md" role="img" aria-label="Loading" />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ul className={classes.terms} data-testid="episode-terms">
        {terms?.map(({ term, people, before }) => {
          const address = new URLSearchParams({ range, q: quoted(term) });
          if (alert.scope) address.set(alert.scope.dimension, alert.scope.value.replaceAll(",", "%2C"));
          return (
            <li key={term}>
              <Link
                className={classes.term}
                to={{ pathname: "/posts", search: `?${address}` }}
                title={`${plural(people, "person", "people")}, ${before} in the window before`}
              >
                {term} <span className="numeric">{people}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** Two words are one thing to look for. */
function quoted(term: string): string {
  return term.includes(" ") ? `"${term}"` : term;
}

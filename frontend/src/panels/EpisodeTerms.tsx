import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { useTerms } from "../api/places";
import type { Alert } from "../api/types";
import { NO_FILTERS } from "../lib/filters";
import { plural } from "../lib/format";
import { rangeOf } from "../lib/range";
import { Failure } from "../ui/Panel";
import { Section } from "../ui/Section";
import classes from "./EpisodeTerms.module.css";

const SHOWN = 12;

/** What people talked about in the window that raised it, and had not in the window before. */
export function EpisodeTerms({ alert }: { alert: Alert }) {
  const range = rangeOf(Date.parse(alert.window_start), Date.parse(alert.window_end));
  const scope = alert.scope === null ? {} : { [alert.scope.dimension]: [alert.scope.value] };
  const query = useTerms(range, { ...NO_FILTERS, ...scope }, "rising", SHOWN);
  const terms = query.data?.items;
  if (terms?.length === 0) return null;
  return (
    <Section title="Rising terms">
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

import { useTiers } from "../api/hooks";
import { useHealth } from "../api/models";
import { NO_FILTERS } from "../lib/filters";
import { readingFacts, readsNow } from "../lib/reading";
import { Panel, PanelBody } from "../ui/Panel";
import { useNow } from "../ui/useNow";
import classes from "./ReadingSpeed.module.css";

const HEIGHT = 100;

/** Whether the models keep up: what waits, and how fast they read. */
export function ReadingSpeed() {
  const query = useHealth();
  // Of all posts: the backlog has no time and no filter.
  const tiers = useTiers("1h", NO_FILTERS);
  const now = useNow(5_000);
  const facts = query.data ? readingFacts(query.data, tiers.data, now) : [];
  return (
    <Panel
      title="Backlog and speed"
      about="Of all posts, now. Speeds are measured as the models work in the process that serves this page, and speak of the last 2,000 texts or so. Workers on other machines report theirs as metrics (sentistream_best_model_texts_per_second)."
      subtitle={query.data && readsNow(query.data)}
      query={query}
      csv={
        query.data &&
        (() => ({
          columns: ["name", "value", "note"],
          rows: facts.map((one) => [one.name, one.value, one.note]),
        }))
      }
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={() => facts.length === 0}
        empty="No model has reported yet."
      >
        {(health) => (
          <>
            <dl className={`${classes.facts} numeric`} data-testid="reading-speed">
              {facts.map(({ name, value, note, behind }) => (
                <div key={name} data-behind={behind || undefined}>
                  <dt>{name}</dt>
                  <dd className={classes.value}>{value}</dd>
                  <dd className={classes.note}>{note}</dd>
                </div>
              ))}
            </dl>
            {readsNow(health) === null && (
              <p className={classes.note}>
                No model reads posts in this process; each worker's metrics tell its speed.
              </p>
            )}
          </>
        )}
      </PanelBody>
    </Panel>
  );
}

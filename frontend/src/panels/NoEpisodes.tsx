import type { UseQueryResult } from "@tanstack/react-query";
import { Icon } from "../ui/Icon";
import { Panel } from "../ui/Panel";
import type { STATES } from "./AlertFilters";
import classes from "./NoEpisodes.module.css";

interface NoEpisodesProps {
  query: Pick<UseQueryResult, "dataUpdatedAt">;
  state: (typeof STATES)[number] | null;
}

/** Nothing was raised: one calm word in place of an empty time line, list and detail. */
export function NoEpisodes({ query, state }: NoEpisodesProps) {
  return (
    <Panel
      title="Episodes"
      about="An episode lasts from the moment a rule was broken until it has been kept well again. None fits the time, kind and state chosen above."
      query={query}
    >
      <div className={classes.calm} data-testid="no-episodes">
        <span className={classes.sign}>
          <Icon name="check" size={24} />
        </span>
        <p className={classes.words}>{state === "open" ? "No alert is open." : "No alert in this time."}</p>
        <p className={classes.note}>
          The rules below are watched all the time. “Edit” shows when a rule would have been broken over
          stored history.
        </p>
      </div>
    </Panel>
  );
}

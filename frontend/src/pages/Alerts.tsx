import { parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useEpisodes } from "../api/alerts";
import { ALERT_TYPES } from "../lib/alerts";
import { intervalOf } from "../lib/range";
import { isAway } from "../live/status";
import { useLive } from "../live/store";
import { AlertFilters, STATES } from "../panels/AlertFilters";
import { Annotations } from "../panels/Annotations";
import { EpisodeDetail } from "../panels/EpisodeDetail";
import { EpisodeList } from "../panels/EpisodeList";
import { EpisodeTimeline } from "../panels/EpisodeTimeline";
import { NoEpisodes } from "../panels/NoEpisodes";
import { Rules } from "../panels/Rules";
import { PageTitle } from "../ui/PageTitle";
import { usePageContext } from "../ui/Shell";
import { useNow } from "../ui/useNow";
import classes from "./Alerts.module.css";

const STEP_MS = 60_000;
const chosen = {
  alert: parseAsInteger,
  type: parseAsStringLiteral(ALERT_TYPES),
  state: parseAsStringLiteral(STATES),
};

/** When people were unhappy, by which rule, about what, and who acknowledged it. */
export default function Alerts() {
  const { controls } = usePageContext();
  const [{ alert, type, state }, choose] = useQueryStates(chosen);
  const now = useNow(STEP_MS);
  // While the server is away the time stands still: nothing could be read of a later one.
  const heardAt = useLive(({ status }) => (isAway(status) ? status.heardAt : null)) ?? now;
  const { start, end } = intervalOf(controls.range, Math.ceil(Math.min(now, heardAt) / STEP_MS) * STEP_MS);
  const episodes = useEpisodes({
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    active: state === null ? null : state === "open",
    type,
    rule: null,
  });
  const open = (id: number | null) => void choose({ alert: id }, { history: "push" });
  const shown = alert ?? episodes.data?.alerts[0]?.id ?? null;
  return (
    <>
      <PageTitle>Alerts</PageTitle>
      <AlertFilters
        range={controls.range}
        setRange={controls.setRange}
        type={type}
        state={state}
        choose={(change) => void choose(change)}
      />
      {shown === null && episodes.data ? (
        <NoEpisodes query={episodes} state={state} />
      ) : (
        <>
          <EpisodeTimeline query={episodes} start={start} end={end} chosen={shown} open={open} />
          <div className={classes.columns}>
            <EpisodeList query={episodes} chosen={shown} open={open} />
            <EpisodeDetail key={shown} id={shown} />
          </div>
        </>
      )}
      {/* Where they stand depends on whether there are episodes. */}
      {!episodes.isPending && (
        <>
          <Rules />
          <Annotations />
        </>
      )}
    </>
  );
}

import { useEpisode } from "../api/alerts";
import type { Alert } from "../api/types";
import { alertHeadline, alertLength, alertSubject, alertTitle, alertValue } from "../lib/alerts";
import { episodeTable } from "../lib/episodeTable";
import { DIMENSION_TITLES } from "../lib/filters";
import { formatClock, formatCount } from "../lib/format";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import { titleOfValue } from "../ui/useOptions";
import { EpisodeActions } from "./EpisodeActions";
import classes from "./EpisodeDetail.module.css";
import { State } from "./EpisodeList";
import { EpisodePosts } from "./EpisodePosts";
import { EpisodeTerms } from "./EpisodeTerms";

const HEIGHT = 520;

/** One episode: what triggered it, what it is about, and what people do about it. */
export function EpisodeDetail({ id }: { id: number | null }) {
  const query = useEpisode(id);
  return (
    <Panel
      title={query.data ? alertTitle(query.data) : "Episode"}
      about="What the rule measured in the window that raised the alert, the posts that weigh most in it, and who acknowledged it."
      query={query}
      csv={query.data && (() => episodeTable([query.data]))}
    >
      {id === null ? (
        <p className={classes.none}>Choose an episode to see what it is about.</p>
      ) : (
        <PanelBody query={query} height={HEIGHT} isEmpty={() => false} empty={null}>
          {(alert) => <Detail alert={alert} />}
        </PanelBody>
      )}
    </Panel>
  );
}

function Detail({ alert }: { alert: Alert }) {
  const now = useNow(10_000);
  const subject = alertSubject(alert);
  const { positive, neutral, negative } = alert.details as Record<string, number | undefined>;
  return (
    <div className={classes.detail} data-testid="episode">
      <p className={classes.headline}>
        <span>
          <strong className="numeric">{alertHeadline(alert)}</strong>
          {subject && `, mostly about ${subject}`}
        </span>
        <State alert={alert} now={now} />
      </p>
      <dl className={`${classes.facts} numeric`}>
        <Fact title="Measured at first">
          window <Timestamp at={alert.window_start} write={formatClock} fact /> to{" "}
          <Timestamp at={alert.window_end} write={formatClock} fact />
        </Fact>
        <Fact title="Worst">{alertValue(alert, alert.actual_value)}</Fact>
        <Fact title="Threshold">{alertValue(alert, alert.threshold_value)}</Fact>
        <Fact title="Sample">{formatCount(alert.post_count)} posts</Fact>
        {positive !== undefined && (
          <Fact title="Positive, neutral, negative">
            {formatCount(positive)}, {formatCount(neutral)}, {formatCount(negative)}
          </Fact>
        )}
        <Fact title="Scope">
          {alert.scope
            ? `${DIMENSION_TITLES[alert.scope.dimension]} ${titleOfValue(alert.scope.dimension, alert.scope.value)}`
            : "all posts"}
        </Fact>
        <Fact title="Began">
          <Timestamp at={alert.triggered_at} fact />
        </Fact>
        <Fact title={alert.resolved_at === null ? "Lasts" : "Ended"}>
          {alert.resolved_at === null ? (
            alertLength(alert, now)
          ) : (
            <>
              <Timestamp at={alert.resolved_at} fact />,{" "}
              <span className={classes.whole}>after {alertLength(alert, now)}</span>
              {alert.details.ended_by === "rule" && ", as its rule was switched off"}
            </>
          )}
        </Fact>
      </dl>
      <EpisodeActions alert={alert} now={now} />
      <EpisodeTerms alert={alert} />
      <EpisodePosts alert={alert} />
    </div>
  );
}

function Fact({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

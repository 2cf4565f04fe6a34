import { useOverall } from "../api/hooks";
import type { Numbers } from "../api/types";
import { Gauge } from "../charts/Gauge";
import { whyAbsent } from "../lib/absence";
import {
  countChange,
  formatCompact,
  formatScore,
  formatShare,
  scoreChange,
  shareChange,
} from "../lib/format";
import { shapeOf } from "../lib/range";
import { hasMoved } from "../lib/standout";
import { differ } from "../lib/statistics";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { Figure, Moved } from "./Figure";
import classes from "./Mood.module.css";
import { SceneBody, type SceneProps } from "./SceneBody";

/** How people feel now: one gauge, and the three numbers behind it. */
export default function Mood({ range, filters, compare }: SceneProps) {
  const overall = useOverall(range, filters);
  const current = useCurrentNumbers(range, filters);
  const now = current ?? overall.data?.current;
  const { previous } = shapeOf(range);
  return (
    <SceneBody
      query={overall}
      isEmpty={(data) => (current ?? data.current).average_sentiment === null}
      empty={now ? whyAbsent(now, "sentiment", range) : ""}
    >
      {(data) => (
        <Numbered now={current ?? data.current} before={compare ? data.previous : null} previous={previous} />
      )}
    </SceneBody>
  );
}

function Numbered({ now, before, previous }: { now: Numbers; before: Numbers | null; previous: string }) {
  const score = now.average_sentiment ?? 0;
  const earlier = before?.average_sentiment ?? null;
  return (
    <div className={classes.mood}>
      <div className={classes.gauge}>
        <Gauge
          score={score}
          before={earlier}
          summary={`Mean sentiment ${formatScore(score)} on a scale from −1 to +1.`}
        >
          <span className={`${classes.score} numeric`}>{formatScore(score)}</span>
          <Moved
            change={scoreChange(score, earlier)}
            good="up"
            sure={before !== null && hasMoved(now, before)}
          />
        </Gauge>
      </div>
      <div>
        <dl className={classes.figures}>
          <Figure
            title="Negative"
            value={formatShare(now.negative_share)}
            change={shareChange(now.negative_share, before?.negative_share)}
            good="down"
            sure={before !== null && differ(now.negative, now.scored, before.negative, before.scored)}
          />
          <Figure
            title="Positive"
            value={formatShare(now.positive_share)}
            change={shareChange(now.positive_share, before?.positive_share)}
            good="up"
            sure={before !== null && differ(now.positive, now.scored, before.positive, before.scored)}
          />
          <Figure
            title="Posts"
            value={formatCompact(now.posts)}
            change={before && countChange(now.posts, before.posts)}
            sure
          />
        </dl>
        {before && (
          <p className={classes.against}>
            {before.posts > 0 ? "against" : "no posts in"} {previous}
          </p>
        )}
      </div>
    </div>
  );
}

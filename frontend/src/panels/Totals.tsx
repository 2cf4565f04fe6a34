import { useOverall, useStats, useTrend } from "../api/hooks";
import { barsOf } from "../charts/bars";
import { Sparkline } from "../charts/Sparkline";
import type { Filters } from "../lib/filters";
import {
  countChange,
  formatCompact,
  formatCount,
  formatScore,
  formatShare,
  plural,
  scoreChange,
  shareChange,
} from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { hasMoved } from "../lib/standout";
import { differ } from "../lib/statistics";
import { useLive } from "../live/store";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { PanelMenu } from "../ui/PanelMenu";
import { ScoreScale } from "../ui/ScoreScale";
import { usePanelFrame } from "../ui/usePanelFrame";
import { RiskTotals } from "./RiskTotals";
import { Total, TotalSkeleton } from "./Total";
import classes from "./Totals.module.css";

interface TotalsProps {
  range: Range;
  filters: Filters;
  /** Whether to say what has changed since the time before. */
  compare: boolean;
}

export function Totals({ range, filters, compare }: TotalsProps) {
  const overall = useOverall(range, filters);
  const trend = useTrend(range, filters);
  const stats = useStats();
  const pushed = useLive((state) => state.metrics);
  const now = useCurrentNumbers(range, filters);
  const { panel, full, toggle, frame } = usePanelFrame();
  const answered = overall.data;
  const shape = shapeOf(range);

  if (!now || !answered) {
    return (
      <section className={classes.totals} aria-label="Totals">
        {overall.isError ? (
          <div className={classes.failure} role="alert">
            <Icon name="alert" /> The totals could not be read: {overall.error.message}
            <button type="button" className={form.button} onClick={() => void overall.refetch()}>
              Try again
            </button>
          </div>
        ) : (
          TITLES.map((title) => <TotalSkeleton key={title} title={title} />)
        )}
      </section>
    );
  }

  const before = compare ? answered.previous : null;
  const bars = trend.data ? barsOf(trend.data.buckets, trend.data.period, 40) : [];
  const arrivals = pushed?.last_minute.arrivals ?? stats.data?.last_minute ?? null;
  const against = `against ${shape.previous}`;
  const sure = (part: "positive" | "neutral" | "negative") =>
    before !== null && differ(now[part], now.scored, before[part], before.scored);
  const shares = (part: "positive" | "neutral" | "negative") =>
    bars.map((bar) => (bar.scored > 0 ? bar[part] / bar.scored : null));

  return (
    <section {...frame} className={classes.totals} aria-label="Totals">
      <Total
        title="Posts"
        value={formatCompact(now.posts)}
        exact={formatCount(now.posts)}
        change={before && countChange(now.posts, before.posts)}
        against={against}
        note={now.unscored > 0 ? `${formatCount(now.unscored)} unscored, not in the shares` : "all scored"}
        testId="total-posts"
        spark={<Sparkline values={bars.map((bar) => bar.posts)} tone="accent" />}
      />
      <Total
        title="Positive"
        icon="positive"
        tone="positive"
        value={formatShare(now.positive_share)}
        exact={plural(now.positive, "post")}
        change={shareChange(now.positive_share, before?.positive_share)}
        good="up"
        sure={sure("positive")}
        against={against}
        note={plural(now.positive, "post")}
        spark={<Sparkline values={shares("positive")} tone="positive" />}
      />
      <Total
        title="Neutral"
        icon="neutral"
        tone="neutral"
        value={formatShare(now.neutral_share)}
        exact={plural(now.neutral, "post")}
        change={shareChange(now.neutral_share, before?.neutral_share)}
        sure={sure("neutral")}
        against={against}
        note={plural(now.neutral, "post")}
        spark={<Sparkline values={shares("neutral")} tone="neutral" />}
      />
      <Total
        title="Negative"
        icon="negative"
        tone="negative"
        value={formatShare(now.negative_share)}
        exact={plural(now.negative, "post")}
        change={shareChange(now.negative_share, before?.negative_share)}
        good="down"
        sure={sure("negative")}
        against={against}
        note={plural(now.negative, "post")}
        spark={<Sparkline values={shares("negative")} tone="negative" />}
      />
      <Total
        title="Average sentiment"
        value={formatScore(now.average_sentiment)}
        exact="from −1 (all negative) to +1 (all positive)"
        change={scoreChange(now.average_sentiment, before?.average_sentiment)}
        good="up"
        sure={before !== null && hasMoved(now, before)}
        against={against}
        note={<ScoreScale score={now.average_sentiment} before={before?.average_sentiment} />}
      />
      <RiskTotals
        now={now}
        before={before}
        highChurn={answered.high_churn_threshold}
        bars={bars}
        against={against}
      />
      <Total
        title="Arriving"
        value={formatCompact(arrivals)}
        exact="posts that arrived in the last minute, whatever their date and the filters"
        unit="per minute"
        change={null}
        against=""
        note={`${formatCount(pushed?.total_posts ?? stats.data?.posts)} stored in all`}
        testId="total-arrivals"
      />
      <div className={classes.menu}>
        <PanelMenu
          title="Totals"
          panel={panel}
          readAt={overall.dataUpdatedAt}
          csv={async () => (await import("./totalsTable")).totalsTable(now, before, arrivals)}
          full={full}
          onFull={toggle}
        />
      </div>
    </section>
  );
}

const TITLES = [
  "posts",
  "positive",
  "neutral",
  "negative",
  "average sentiment",
  "churn risk",
  "toxicity",
  "arrivals",
];

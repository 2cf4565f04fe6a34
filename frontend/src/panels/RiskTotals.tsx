import type { Numbers } from "../api/types";
import type { Bar } from "../charts/bars";
import { Sparkline } from "../charts/Sparkline";
import { formatShare, plural, shareChange } from "../lib/format";
import { differ, meansDiffer } from "../lib/statistics";
import { Total } from "./Total";

const NOT_READ = "no post was read for it";

interface RiskTotalsProps {
  now: Numbers;
  /** Null where nothing is compared. */
  before: Numbers | null;
  /** The churn risk from which a post counts as high. */
  highChurn: number;
  bars: readonly Bar[];
  against: string;
}

/** How many threaten to leave, and how rough the tone is. */
export function RiskTotals({ now, before, highChurn, bars, against }: RiskTotalsProps) {
  const leaving = now.high_churn_share;
  const toxicity = now.average_toxicity;
  const someScored = now.scored > 0;
  return (
    <>
      <Total
        title="High churn risk"
        icon="churn"
        value={formatShare(leaving)}
        exact={
          leaving === null
            ? NOT_READ
            : `risk of ${highChurn} or more, of ${plural(now.churn_posts, "post")} read`
        }
        change={shareChange(leaving, before?.high_churn_share)}
        good="down"
        sure={
          before !== null &&
          differ(now.high_churn_risk, now.churn_posts, before.high_churn_risk, before.churn_posts)
        }
        against={against}
        note={
          leaving === null
            ? unread(someScored)
            : `${plural(now.high_churn_risk, "post")}, mean risk ${formatShare(now.average_churn_risk)}`
        }
        testId="total-churn"
        spark={<Sparkline values={bars.map((bar) => bar.highChurn)} tone="accent" />}
      />
      <Total
        title="Toxicity"
        icon="toxicity"
        value={formatShare(toxicity)}
        exact={
          toxicity === null
            ? NOT_READ
            : `mean probability of being offensive, of ${plural(now.toxicity_posts, "post")} read`
        }
        change={shareChange(toxicity, before?.average_toxicity)}
        good="down"
        sure={
          before !== null &&
          meansDiffer(toxicity, now.toxicity_posts, before.average_toxicity, before.toxicity_posts)
        }
        against={against}
        note={toxicity === null ? unread(someScored) : "mean over the posts read"}
        testId="total-toxicity"
        spark={<Sparkline values={bars.map((bar) => bar.toxicity)} tone="accent" />}
      />
    </>
  );
}

function unread(someScored: boolean): string {
  return someScored ? "this model does not read it" : "no post was read";
}

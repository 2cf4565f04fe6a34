import type { Numbers } from "../api/types";
import type { Bar } from "../charts/bars";
import { Sparkline } from "../charts/Sparkline";
import { formatShare, plural, shareChange } from "../lib/format";
import { highChurnShare } from "../lib/risk";
import { differ, meansDiffer } from "../lib/statistics";
import { Total } from "./Total";

interface RiskTotalsProps {
  now: Numbers;
  before: Numbers;
  bars: readonly Bar[];
  against: string;
}

/** How many threaten to leave, and how rough the tone is. */
export function RiskTotals({ now, before, bars, against }: RiskTotalsProps) {
  const leaving = highChurnShare(now);
  const toxicity = now.average_toxicity;
  const someScored = now.scored > 0;
  return (
    <>
      <Total
        title="High churn risk"
        icon="churn"
        about="The share of the scored posts whose author seems to be leaving, or threatens to: the model gives that a probability of at least 50 %, or of the churn threshold in the settings. The mean is over all posts that were read for it; it moves first when many become a little less loyal."
        value={formatShare(leaving)}
        exact={leaving === null ? "no post was read for it" : plural(now.high_churn_risk, "post")}
        change={shareChange(leaving, highChurnShare(before))}
        good="down"
        sure={differ(now.high_churn_risk, now.scored, before.high_churn_risk, before.scored)}
        against={against}
        note={
          leaving === null
            ? unread(someScored)
            : `${plural(now.high_churn_risk, "post")}, mean risk ${formatShare(now.average_churn_risk)}`
        }
        testId="total-churn"
        spark={
          <Sparkline
            values={bars.map((bar) =>
              bar.highChurn === null || bar.scored === 0 ? null : bar.highChurn / bar.scored,
            )}
            tone="accent"
          />
        }
      />
      <Total
        title="Toxicity"
        icon="toxicity"
        about="The mean probability that a post is offensive: insults, slurs, profanity aimed at somebody. Read it as about so many of a hundred posts. A post is marked in the feed from 50 % on. A complaint without insults is not toxic, however angry."
        value={formatShare(toxicity)}
        exact={toxicity === null ? "no post was read for it" : "mean probability of being offensive"}
        change={shareChange(toxicity, before.average_toxicity)}
        good="down"
        sure={meansDiffer(toxicity, now.scored, before.average_toxicity, before.scored)}
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

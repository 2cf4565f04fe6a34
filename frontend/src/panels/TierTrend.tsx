import { useTierTrend } from "../api/models";
import { TierBars } from "../charts/TierBars";
import { formatShare } from "../lib/format";
import { rangeOf, shapeOf } from "../lib/range";
import { TIER_TITLES } from "../lib/tiers";
import { tierBarsOf, tierShares, tierTable } from "../lib/tierTrend";
import { Panel, PanelBody } from "../ui/Panel";
import type { FilterControls } from "../ui/useFilters";
import classes from "./TierTrend.module.css";

const MOST_BARS = 48;
const HEIGHT = 240;

/** How well posts were read, over time. */
export function TierTrend({ controls }: { controls: FilterControls }) {
  const { range, filters, setRange } = controls;
  const query = useTierTrend(range, filters);
  const { title } = shapeOf(range);
  const bars = query.data ? tierBarsOf(query.data.buckets, query.data.period, MOST_BARS) : [];
  const shares = tierShares(bars);
  const words = shares.map(({ tier, share }) => `${TIER_TITLES[tier]} ${formatShare(share)}`).join(", ");
  return (
    <Panel
      title="Tiers over time"
      about="By the reading that counts now: what the fast model read under load moves to the full model as soon as it has read it again. Posts are placed at the time they were written. Drag across, or click a bar, to see its time alone."
      query={query}
      csv={query.data && (() => tierTable(bars))}
      fills
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={() => bars.length === 0}
        empty={`No posts in the ${title} match.`}
      >
        {(data) => (
          <div data-testid="tier-trend">
            <ul className={`${classes.legend} numeric`}>
              {shares.map(({ tier, share }) => (
                <li key={tier} data-tier={tier}>
                  {TIER_TITLES[tier]} <strong>{formatShare(share)}</strong>
                </li>
              ))}
            </ul>
            <TierBars
              bars={bars}
              start={Date.parse(data.start)}
              end={Date.parse(data.end)}
              summary={`Share of the posts of the ${title} by who read them: ${words}.`}
              onChoose={(start, end) => setRange(rangeOf(start, end))}
            />
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

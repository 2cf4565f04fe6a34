import { Skeleton } from "@mantine/core";
import { lazy, type ReactNode, Suspense } from "react";
import { useStats } from "../api/hooks";
import { rangeOf } from "../lib/range";
import { withTerm } from "../lib/terms";
import { useLive } from "../live/store";
import { AlertBanner } from "../panels/AlertBanner";
import { FirstSteps } from "../panels/FirstSteps";
import { LedgerStrip } from "../panels/LedgerStrip";
import { TierStrip } from "../panels/TierStrip";
import { Totals } from "../panels/Totals";
import { FilterBar } from "../ui/FilterBar";
import { usePageContext } from "../ui/Shell";
import classes from "./Overview.module.css";

const Trend = lazy(() => import("../panels/Trend"));
const Distribution = lazy(() => import("../panels/Distribution"));
const Emotions = lazy(() => import("../panels/Emotions"));
const Risks = lazy(() => import("../panels/Risks"));
const SentimentGauge = lazy(() => import("../panels/SentimentGauge"));
const Products = lazy(() => import("../panels/Products"));
const Channels = lazy(() => import("../panels/Channels"));
const Cities = lazy(() => import("../panels/Cities"));
const Platforms = lazy(() => import("../panels/Platforms"));
const Terms = lazy(() => import("../panels/Terms"));
const WordCloud = lazy(() => import("../panels/WordCloud"));
const PlaceMap = lazy(() => import("../panels/PlaceMap"));
const Week = lazy(() => import("../panels/Week"));
const Alerts = lazy(() => import("../panels/Alerts"));
const LiveFeed = lazy(() => import("../panels/LiveFeed"));

/** How people feel, whether it is getting worse, about what, where, and in their own words. */
export function Overview() {
  const { controls, searchRef } = usePageContext();
  const { range, filters, compare, setRange, setQuery, setValues, toggle } = controls;
  const arrived = useLive((state) => state.feed.received > 0 || (state.metrics?.total_posts ?? 0) > 0);
  const stats = useStats();
  const choose = (start: number, end: number) => setRange(rangeOf(start, end));
  const search = (term: string) => setQuery(withTerm(filters.q, term));
  if (stats.data?.posts === 0 && !arrived) return <FirstSteps />;

  return (
    <>
      <FilterBar controls={controls} searchRef={searchRef} comparable />
      <AlertBanner />
      <Totals range={range} filters={filters} compare={compare} />
      <div className={classes.columns}>
        <div className={classes.panels}>
          <Slot className={`${classes.wide} ${classes.trend}`} height={405}>
            <Trend range={range} filters={filters} compare={compare} onChoose={choose} />
          </Slot>
          <Slot className={classes.gauge} height={286}>
            <SentimentGauge range={range} filters={filters} compare={compare} />
          </Slot>
          <Slot className={classes.distribution} height={286}>
            <Distribution range={range} filters={filters} />
          </Slot>
          <Slot className={classes.emotions} height={302}>
            <Emotions range={range} filters={filters} compare={compare} onPick={toggle} onChoose={choose} />
          </Slot>
          <Slot className={classes.risks} height={302}>
            <Risks range={range} filters={filters} compare={compare} onChoose={choose} />
          </Slot>
          <Slot height={388}>
            <Terms range={range} filters={filters} onTerm={search} />
          </Slot>
          <Slot height={388}>
            <WordCloud range={range} filters={filters} onTerm={search} />
          </Slot>
          <Slot height={351}>
            <Products
              range={range}
              filters={filters}
              onPick={toggle}
              onChoose={(products) => setValues("product", products)}
            />
          </Slot>
          <Slot height={351}>
            <Channels range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot className={classes.wide} height={468}>
            <PlaceMap range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot height={351}>
            <Cities range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot height={351}>
            <Platforms range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot className={classes.wide} height={312}>
            <Week range={range} filters={filters} />
          </Slot>
          <Slot className={classes.alerts} height={210}>
            <Alerts />
          </Slot>
        </div>
        <Slot className={classes.feed} height={640}>
          <LiveFeed filters={filters} className={classes.feedPanel} />
        </Slot>
      </div>
      <TierStrip range={range} filters={filters} />
      <LedgerStrip />
    </>
  );
}

/** Keeps a panel's room while its code is on the way. */
function Slot({
  height,
  className,
  children,
}: {
  height: number;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={`${classes.slot} ${className ?? ""}`}>
      <Suspense fallback={<Skeleton height={height} radius="lg" />}>{children}</Suspense>
    </div>
  );
}

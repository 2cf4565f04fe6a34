import { lazy, Suspense, useState } from "react";
import { useStats, useTrend } from "../api/hooks";
import { rangeOf } from "../lib/range";
import { withTerm } from "../lib/terms";
import { useLive } from "../live/store";
import { AlertBanner } from "../panels/AlertBanner";
import { InShort } from "../panels/InShort";
import LiveFeed from "../panels/LiveFeed";
import { Totals } from "../panels/Totals";
import Trend from "../panels/Trend";
import { FilterBar } from "../ui/FilterBar";
import { PageTitle } from "../ui/PageTitle";
import { usePageContext } from "../ui/Shell";
import { Slot } from "../ui/Slot";
import { useSettled } from "../ui/useSettled";
import classes from "./Overview.module.css";

const FirstSteps = lazy(() => import("../panels/FirstSteps"));
const TierStrip = lazy(() => import("../panels/TierStrip"));
const LedgerStrip = lazy(() => import("../panels/LedgerStrip"));
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

/** How people feel, whether it is getting worse, about what, where, and in their own words. */
export function Overview() {
  const { controls, searchRef } = usePageContext();
  const { range, filters, compare, setRange, setQuery, setValues, toggle } = controls;
  const arrived = useLive((state) => state.feed.received > 0 || (state.metrics?.total_posts ?? 0) > 0);
  const stats = useStats();
  const seeded = useLive((state) => state.seeded);
  const settled = useSettled(useTrend(range, filters).isFetched && seeded);
  // Below everything else it can wait; asked of the window, as measuring would cost the first picture a layout.
  const [feedBeside] = useState(() => window.matchMedia("(min-width: 1101px)").matches);
  const choose = (start: number, end: number) => setRange(rangeOf(start, end));
  const search = (term: string) => setQuery(withTerm(filters.q, term));
  if (stats.data?.posts === 0 && !arrived)
    return (
      <Suspense>
        <FirstSteps />
      </Suspense>
    );

  return (
    <>
      <PageTitle>Overview</PageTitle>
      <FilterBar controls={controls} searchRef={searchRef} comparable />
      <AlertBanner />
      <InShort
        range={range}
        filters={filters}
        compare={compare}
        settled={settled}
        onPick={toggle}
        onTerm={search}
      />
      <Totals range={range} filters={filters} compare={compare} />
      <div className={classes.columns}>
        <div className={classes.panels}>
          <Slot
            first
            title="Trend"
            className={`${classes.wide} ${classes.trend}`}
            height={405}
            settled={settled}
          >
            <Trend range={range} filters={filters} compare={compare} onChoose={choose} />
          </Slot>
          <Slot title="Sentiment" className={classes.gauge} height={286} settled={settled}>
            <SentimentGauge range={range} filters={filters} compare={compare} />
          </Slot>
          <Slot title="Distribution" className={classes.distribution} height={286} settled={settled}>
            <Distribution range={range} filters={filters} />
          </Slot>
          <Slot title="Emotions" className={classes.emotions} height={302} settled={settled}>
            <Emotions range={range} filters={filters} compare={compare} onPick={toggle} onChoose={choose} />
          </Slot>
          <Slot title="Churn risk and toxicity" className={classes.risks} height={302} settled={settled}>
            <Risks range={range} filters={filters} compare={compare} onChoose={choose} />
          </Slot>
          <Slot title="Terms" height={388} settled={settled}>
            <Terms range={range} filters={filters} onTerm={search} />
          </Slot>
          <Slot title="Word cloud" height={388} settled={settled}>
            <WordCloud range={range} filters={filters} onTerm={search} />
          </Slot>
          <Slot title="Products" height={351} settled={settled}>
            <Products
              range={range}
              filters={filters}
              onPick={toggle}
              onChoose={(products) => setValues("product", products)}
            />
          </Slot>
          <Slot title="Channels" height={351} settled={settled}>
            <Channels range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot title="Map" className={classes.wide} height={468} settled={settled}>
            <PlaceMap range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot title="Cities" height={351} settled={settled}>
            <Cities range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot title="Platforms" height={351} settled={settled}>
            <Platforms range={range} filters={filters} onPick={toggle} />
          </Slot>
          <Slot title="Past alerts" className={classes.alerts} height={210} settled={settled}>
            <Alerts />
          </Slot>
          <Slot title="Hours of the week" className={classes.week} height={312} settled={settled}>
            <Week range={range} filters={filters} />
          </Slot>
        </div>
        <Slot first={feedBeside} title="Live feed" className={classes.feed} height={640} settled={settled}>
          <LiveFeed filters={filters} className={classes.feedPanel} settled={settled} />
        </Slot>
      </div>
      {settled && (
        <Suspense>
          <TierStrip range={range} filters={filters} />
          <LedgerStrip />
        </Suspense>
      )}
    </>
  );
}

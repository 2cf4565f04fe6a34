import { Skeleton, useMantineColorScheme } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { lazy, type ReactNode, Suspense, useCallback, useRef, useState } from "react";
import { useStats } from "../api/hooks";
import { isAway } from "../live/status";
import { useLive } from "../live/store";
import { useLiveConnection } from "../live/useLiveConnection";
import { AlertBanner } from "../panels/AlertBanner";
import { FirstSteps } from "../panels/FirstSteps";
import { LedgerStrip } from "../panels/LedgerStrip";
import { Totals } from "../panels/Totals";
import { FilterBar } from "../ui/FilterBar";
import { GapNotice } from "../ui/GapNotice";
import { Header, nextScheme } from "../ui/Header";
import { HelpDialog } from "../ui/HelpDialog";
import { useFilters } from "../ui/useFilters";
import classes from "./Overview.module.css";

const Trend = lazy(() => import("../panels/Trend"));
const Distribution = lazy(() => import("../panels/Distribution"));
const Emotions = lazy(() => import("../panels/Emotions"));
const Products = lazy(() => import("../panels/Products"));
const Channels = lazy(() => import("../panels/Channels"));
const Cities = lazy(() => import("../panels/Cities"));
const Platforms = lazy(() => import("../panels/Platforms"));
const Alerts = lazy(() => import("../panels/Alerts"));
const LiveFeed = lazy(() => import("../panels/LiveFeed"));

/** How people feel, whether it is getting worse, about what, where, and in their own words. */
export function Overview() {
  const controls = useFilters();
  const { range, filters, toggle } = controls;
  const search = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  useLiveConnection(filters);

  const away = useLive((state) => isAway(state.status));
  const arrived = useLive((state) => state.feed.received > 0 || (state.metrics?.total_posts ?? 0) > 0);
  const stats = useStats();
  const nothingYet = stats.data?.posts === 0 && !arrived;

  const togglePause = useCallback(() => {
    const { holds, hold } = useLive.getState();
    hold("paused", !holds.paused);
  }, []);
  useHotkeys([
    ["/", () => search.current?.focus()],
    ["p", togglePause],
    ["t", () => setColorScheme(nextScheme(colorScheme))],
    ["shift+?", () => setHelp(true), { usePhysicalKeys: false }],
    ["?", () => setHelp(true)],
  ]);

  return (
    <div className={classes.page} data-away={away || undefined}>
      <a className={classes.skip} href="#content">
        Skip to the numbers
      </a>
      <Header onHelp={() => setHelp(true)} />
      <main id="content" className={classes.main}>
        {nothingYet ? (
          <FirstSteps />
        ) : (
          <>
            <FilterBar controls={controls} searchRef={search} />
            <AlertBanner />
            <Totals range={range} filters={filters} />
            <div className={classes.columns}>
              <div className={classes.panels}>
                <Slot className={classes.wide} height={375}>
                  <Trend range={range} filters={filters} />
                </Slot>
                <Slot className={classes.distribution} height={286}>
                  <Distribution range={range} filters={filters} />
                </Slot>
                <Slot className={classes.emotions} height={286}>
                  <Emotions range={range} filters={filters} onPick={toggle} />
                </Slot>
                <Slot height={351}>
                  <Products range={range} filters={filters} onPick={toggle} />
                </Slot>
                <Slot height={351}>
                  <Channels range={range} filters={filters} onPick={toggle} />
                </Slot>
                <Slot height={351}>
                  <Cities range={range} filters={filters} onPick={toggle} />
                </Slot>
                <Slot height={351}>
                  <Platforms range={range} filters={filters} onPick={toggle} />
                </Slot>
                <Slot className={classes.alerts} height={210}>
                  <Alerts />
                </Slot>
              </div>
              <Slot className={classes.feed} height={640}>
                <LiveFeed filters={filters} className={classes.feedPanel} />
              </Slot>
            </div>
            <LedgerStrip />
          </>
        )}
      </main>
      <GapNotice />
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </div>
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

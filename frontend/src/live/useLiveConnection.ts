import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { readIngestedSince, readLatestPosts } from "../api/queries";
import { type Filters, filterParameters, matchesDimensions } from "../lib/filters";
import { LiveClient } from "./client";
import { Refresher } from "./refresh";
import { isHeld, useLive } from "./store";

/** Pace at which waiting posts enter the picture: quick to see, slow enough to read. */
const DRAW_MS = 400;
const REFRESH_MS = 2_500;
/** Windows move on although nothing arrives. */
const IDLE_REFRESH_MS = 60_000;

let current: LiveClient | null = null;
export const retryNow = (): void => current?.retryNow();
export const dismissGap = (): void => current?.dismissGap();

function socketAddress(since: string | null, parameters: Record<string, string>): string {
  const address = new URL("/ws/sentiment", window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  if (since !== null) address.searchParams.set("since", since);
  return address.href;
}

/** Connects the feed for `filters` and keeps every number on screen in step with it. */
export function useLiveConnection(filters: Filters): void {
  const queries = useQueryClient();
  const key = JSON.stringify(filters);

  useEffect(() => {
    const wanted = JSON.parse(key) as Filters;
    const { q: words, ...dimensions } = filterParameters(wanted);
    const { setState, getState } = useLive;
    const refresh = () => void queries.invalidateQueries({ queryKey: ["live"] }, { cancelRefetch: false });
    const refresher = new Refresher(refresh, REFRESH_MS, Date.now);

    let drawTimer: ReturnType<typeof setTimeout> | null = null;
    const draw = () => {
      drawTimer = null;
      if (document.hidden) return;
      if (!isHeld(getState().holds)) client.release();
      setState({ feed: client.feed(), seeded: client.isSeeded });
    };
    const drawSoon = () => {
      drawTimer ??= setTimeout(draw, DRAW_MS);
    };
    const drawNow = () => {
      if (drawTimer !== null) clearTimeout(drawTimer);
      draw();
    };

    const client = new LiveClient({
      openSocket: (since) => new WebSocket(socketAddress(since, dimensions)),
      fetchLatest: (signal) => readLatestPosts(wanted, signal),
      fetchPage: (request, signal) => readIngestedSince(wanted, request, signal),
      // The socket filters by dimension only; with words to search for, arrivals are re-read instead.
      acceptsFrames: !words,
      belongs: (post) => matchesDimensions(wanted, post),
      random: Math.random,
      clock: Date.now,
      onStatus: (status) => setState({ status }),
      onFeed: drawSoon,
      onMetrics: (metrics) => {
        if (!document.hidden) setState({ metrics });
      },
      onActivity: () => refresher.touch(),
    });
    current = client;
    setState({ feed: client.feed(), seeded: false });
    client.start();

    const seen = () => {
      refresher.suspend(document.hidden);
      if (document.hidden) return;
      client.retryNow();
      drawNow();
    };
    const retry = () => client.retryNow();
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", retry);
    const unhold = useLive.subscribe((now, before) => {
      if (now.holds !== before.holds && !isHeld(now.holds)) drawNow();
    });
    const idle = setInterval(() => refresher.touch(), IDLE_REFRESH_MS);

    return () => {
      client.stop();
      refresher.stop();
      unhold();
      clearInterval(idle);
      if (drawTimer !== null) clearTimeout(drawTimer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", retry);
      setState({ metrics: null });
      if (current === client) current = null;
    };
  }, [key, queries]);
}

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { readIngestedSince, readLatestPosts } from "../api/queries";
import { type Filters, filterParameters, matchesDimensions } from "../lib/filters";
import { LiveClient } from "./client";
import { takeEarly } from "./early";
import { Refresher } from "./refresh";
import { isHeld, useLive } from "./store";

/** Pace at which waiting posts enter the picture: quick to see, slow enough to read. */
const STEP_MS = 400;
/** A page that nobody has looked at for so long stops listening, and catches up when it is seen: the position makes that cheap. */
const REST_MS = 5_000;
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
    // What is on the screen has just been asked for: the greeting of the server is no reason to ask again.
    const refresher = new Refresher(refresh, REFRESH_MS, Date.now, Date.now());

    let frame: number | null = null;
    let stepTimer: ReturnType<typeof setTimeout> | null = null;
    let restTimer: ReturnType<typeof setTimeout> | null = null;
    const draw = () => {
      frame = null;
      setState({ feed: client.feed(), seeded: client.isSeeded });
    };
    /** Counts are drawn with the next picture; a hidden page has none. */
    const drawSoon = () => {
      frame ??= requestAnimationFrame(draw);
      if (stepTimer === null) step();
    };
    const step = () => {
      stepTimer = null;
      if (document.hidden || isHeld(getState().holds)) return;
      const before = client.feed().posts;
      const more = client.step();
      if (!more && client.feed().posts === before) return;
      stepTimer = setTimeout(step, STEP_MS);
      frame ??= requestAnimationFrame(draw);
    };
    const drawAll = () => {
      if (!isHeld(getState().holds)) client.release();
      draw();
    };

    const client = new LiveClient({
      openSocket: (since) => new WebSocket(socketAddress(since, dimensions)),
      fetchLatest: (signal) => readLatestPosts(wanted, signal),
      fetchPage: (request, signal) => readIngestedSince(wanted, request, signal),
      // The socket filters by dimension only; with words to search for, arrivals are re-read instead.
      acceptsFrames: !words,
      belongs: (post) => matchesDimensions(wanted, post),
      isHeld: () => isHeld(getState().holds),
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
    // Something to read while the socket is being opened; a failure is told when the same is asked for good.
    const early = new AbortController();
    const drawn = takeEarly();
    if (drawn.length > 0) client.peek(drawn);
    else
      readLatestPosts(wanted, early.signal).then(
        (posts) => client.peek(posts),
        () => undefined,
      );
    setState({ feed: client.feed(), seeded: false, began: Date.now() });
    client.start();

    const rest = () => {
      client.rest();
      // The greeting of the server will ask for everything, once.
      refresher.forget();
    };
    const seen = () => {
      refresher.suspend(document.hidden);
      if (restTimer !== null) clearTimeout(restTimer);
      restTimer = document.hidden ? setTimeout(rest, REST_MS) : null;
      if (document.hidden) return;
      client.retryNow();
      drawAll();
    };
    const retry = () => client.retryNow();
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", retry);
    const unhold = useLive.subscribe((now, before) => {
      if (now.holds !== before.holds && !isHeld(now.holds)) drawAll();
    });
    const idle = setInterval(() => document.hidden || refresher.touch(), IDLE_REFRESH_MS);

    return () => {
      early.abort();
      client.stop();
      refresher.stop();
      unhold();
      clearInterval(idle);
      if (frame !== null) cancelAnimationFrame(frame);
      for (const timer of [stepTimer, restTimer]) if (timer !== null) clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", retry);
      setState({ metrics: null });
      if (current === client) current = null;
    };
  }, [key, queries]);
}

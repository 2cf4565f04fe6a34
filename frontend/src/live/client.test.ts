import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readIngestedSince } from "../api/queries";
import type { Post } from "../api/types";
import { NO_FILTERS } from "../lib/filters";
import { aPost } from "../testing";
import { LiveClient } from "./client";
import type { Socket } from "./connection";
import type { LiveOptions } from "./options";
import { ScriptedSocket } from "./scriptedSocket";
import type { LiveStatus } from "./status";

const NOW = Date.UTC(2026, 0, 5, 12, 1, 0);

describe("LiveClient", () => {
  let sockets: ScriptedSocket[];
  let statuses: LiveStatus[];
  let latest: Post[];
  let held: boolean;
  let options: LiveOptions;
  let client: LiveClient;

  const socket = () => sockets.at(-1) as ScriptedSocket;
  const status = () => statuses.at(-1) as LiveStatus;
  const shown = () => {
    client.release();
    return client.feed().posts.map((post) => post.id);
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    sockets = [];
    statuses = [];
    held = false;
    latest = [aPost("b", 2), aPost("a", 1)];
    options = {
      openSocket: (since) => {
        sockets.push(new ScriptedSocket(since));
        return socket() as unknown as Socket;
      },
      fetchLatest: async () => latest,
      fetchPage: async () => ({ posts: [], hasMore: false, nextCursor: null }),
      acceptsFrames: true,
      belongs: () => true,
      isHeld: () => held,
      random: () => 0,
      clock: Date.now,
      onStatus: (now) => statuses.push(now),
      onFeed: vi.fn(),
      onMetrics: vi.fn(),
      onActivity: vi.fn(),
    };
  });

  afterEach(() => client.stop());

  const begin = async () => {
    client = new LiveClient(options);
    client.start();
    socket().greets("e1-10");
    await settle();
  };

  it("shows what is stored below what arrives meanwhile", async () => {
    client = new LiveClient(options);
    client.start();
    socket().greets("e1-10");
    socket().posts("e1-10", "e1-11", [aPost("c", 3)]);
    await settle();
    expect(shown()).toEqual(["c", "b", "a"]);
    expect(status().phase).toBe("live");
  });

  it.each([
    { reads: false, shows: 20_002, notShown: 0 },
    { reads: true, shows: 10_002, notShown: 10_000 },
  ])(
    "leaves nothing out of what came before a slow page could draw, unless somebody reads: $reads",
    async (given) => {
      await begin();
      held = given.reads;
      for (let sent = 0; sent < 20_000; sent += 50) {
        const data = Array.from({ length: 50 }, (_, index) => aPost(`many-${sent + index}`));
        socket().posts(`e1-${10 + sent}`, `e1-${60 + sent}`, data);
      }
      expect(client.feed().received).toBe(20_000);
      expect(client.feed().notShown).toBe(given.notShown);
      expect(shown()).toHaveLength(given.shows);
    },
  );

  it("waits longer after each failure and tells when it tries again", async () => {
    await begin();
    socket().dies();
    expect(status()).toMatchObject({ phase: "away", retryAt: NOW + 250 });
    for (const wait of [250, 500, 1_000, 2_000, 4_000, 7_500, 7_500]) {
      expect((status().retryAt ?? 0) - Date.now()).toBe(wait);
      const tries = sockets.length;
      vi.advanceTimersByTime(wait - 1);
      expect(sockets.length).toBe(tries);
      vi.advanceTimersByTime(1);
      expect(sockets.length).toBe(tries + 1);
      socket().dies();
    }
  });

  it("rests while nobody looks, comes back by position, and says in the feed what it missed", async () => {
    await begin();
    client.rest();
    expect(status().phase).toBe("resting");
    vi.advanceTimersByTime(600_000);
    expect(sockets).toHaveLength(1);
    client.retryNow();
    expect(socket().since).toBe("e1-10");
    socket().greets("e1-12");
    socket().posts("e1-10", "e1-12", [aPost("c", 3), aPost("d", 4)]);
    vi.advanceTimersByTime(3_000);
    expect(status().gap).toMatchObject({ cause: "hidden", count: 2, complete: true });
    expect(shown()).toEqual(["d", "c", "b", "a"]);
    expect([...client.feed().gaps.keys()]).toEqual(["b"]);
  });

  it("makes nothing of a glance elsewhere", async () => {
    await begin();
    client.rest();
    vi.advanceTimersByTime(20_000);
    client.retryNow();
    socket().greets("e1-11");
    socket().posts("e1-10", "e1-11", [aPost("c", 3)]);
    vi.advanceTimersByTime(3_000);
    expect(shown()).toEqual(["c", "b", "a"]);
    expect(status().gap).toBeNull();
    expect(client.feed()).toMatchObject({ received: 1, gaps: new Map() });
  });

  it("starts over with short waits once it was connected", async () => {
    await begin();
    socket().dies();
    vi.advanceTimersByTime(250);
    socket().greets("e1-10");
    socket().dies();
    expect((status().retryAt ?? 0) - Date.now()).toBe(250);
  });

  it("does not wait when told to try now", async () => {
    await begin();
    socket().dies();
    client.retryNow();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(10_000);
    expect(sockets).toHaveLength(2);
  });

  it("comes back with its position and tells what it had missed", async () => {
    await begin();
    socket().posts("e1-10", "e1-12", [aPost("c", 3)]);
    socket().dies();
    vi.advanceTimersByTime(250);
    expect(socket().since).toBe("e1-12");
    socket().greets("e1-12");
    socket().posts("e1-12", "e1-14", [aPost("d", 30), aPost("e", 31)]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(status().gap).toMatchObject({ count: 2, complete: true });
    expect(shown()).toEqual(["e", "d", "c", "b", "a"]);
  });

  it("does not call a post a gap that was stored after the greeting", async () => {
    await begin();
    socket().dies();
    vi.advanceTimersByTime(250);
    socket().greets("e1-10");
    socket().posts("e1-10", "e1-11", [aPost("later", 61)]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(status().gap).toBeNull();
  });

  it("notices a server that has fallen silent", async () => {
    await begin();
    vi.advanceTimersByTime(15_000);
    expect(socket().sent).toEqual(['{"type":"ping"}']);
    vi.advanceTimersByTime(15_000);
    expect(status()).toMatchObject({ phase: "away", reason: "no answer" });
    expect(sockets[0]?.closed).toBe(true);
  });

  it("stays while pings are answered", async () => {
    await begin();
    for (let round = 0; round < 20; round++) {
      vi.advanceTimersByTime(15_000);
      socket().says({ type: "pong" });
    }
    expect(status().phase).toBe("live");
  });

  it("takes a post out that an update moved out of its filters", async () => {
    options.belongs = (post) => post.sentiment_label === "positive";
    await begin();
    const worse = aPost("a", 1, { sentiment_label: "negative" });
    socket().says({ type: "updated", from: "e1-10", to: "e1-11", data: [worse], skipped: 0, count: 1 });
    expect(shown()).toEqual(["b"]);
  });

  it("says nothing more after stop", async () => {
    await begin();
    client.stop();
    const heard = statuses.length;
    socket().dies();
    vi.advanceTimersByTime(60_000);
    expect(statuses).toHaveLength(heard);
    expect(sockets).toHaveLength(1);
  });

  describe("after position_lost", () => {
    const server = setupServer();
    let stored: Post[];
    let asked: URL[];

    beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
    afterAll(() => server.close());

    beforeEach(() => {
      vi.useRealTimers();
      asked = [];
      stored = [];
      options.fetchPage = (request, signal) => readIngestedSince(NO_FILTERS, request, signal);
      server.resetHandlers(
        http.get("*/api/v1/posts", ({ request }) => {
          const url = new URL(request.url);
          asked.push(url);
          const from = Number(url.searchParams.get("cursor") ?? 0);
          const page = stored.slice(from, from + 2);
          const hasMore = from + 2 < stored.length;
          return HttpResponse.json({
            data: page,
            metadata: {
              total: null,
              has_more: hasMore,
              limit: 2,
              offset: null,
              next_cursor: hasMore ? String(from + 2) : null,
              as_of: "2026-01-05T12:01:00Z",
            },
          });
        }),
      );
    });

    const beginLost = async () => {
      client = new LiveClient(options);
      client.start();
      socket().greets("e1-10");
      await vi.waitFor(() => expect(client.isSeeded).toBe(true));
      socket().dies();
      client.retryNow();
      expect(socket().since).toBe("e1-10");
      socket().greets("e2-3");
      socket().says({ type: "position_lost", position: "e2-3" });
    };
    const filled = () => vi.waitFor(() => expect(status().phase).toBe("live"));

    it("re-reads page by page to the end, without repeats, frames held meanwhile", async () => {
      stored = [aPost("a", 1), aPost("b", 2), aPost("c", 3), aPost("d", 4), aPost("e", 5)];
      await beginLost();
      expect(status().phase).toBe("catching_up");
      socket().posts("e2-3", "e2-5", [aPost("e", 5), aPost("f", 6)]);
      await filled();
      expect(asked.map((url) => url.searchParams.get("cursor"))).toEqual([null, "2", "4"]);
      expect(asked[0]?.searchParams.get("sort")).toBe("ingested");
      // The newest known post was stored at 12:00:02; ten seconds overlap.
      expect(asked[0]?.searchParams.get("ingested_after")).toBe("2026-01-05T11:59:52.000Z");
      expect(shown()).toEqual(["f", "e", "d", "c", "b", "a"]);
      expect(status()).toMatchObject({ phase: "live", gap: { count: 3, complete: true } });
    });

    it("goes on from the last held frame", async () => {
      await beginLost();
      socket().posts("e2-3", "e2-5", [aPost("f", 6)]);
      await filled();
      socket().dies();
      client.retryNow();
      expect(socket().since).toBe("e2-5");
    });

    it("reads the rest of the sample that a returning server floods with", async () => {
      stored = [aPost("c", 3), aPost("d", 4)];
      await beginLost();
      await filled();
      stored = ["c", "d", "e", "f", "g"].map((id, index) => aPost(id, 3 + index));
      socket().posts("e2-3", "e2-6", [aPost("g", 7)], 2);
      expect(client.feed()).toMatchObject({ received: 5, notShown: 2 });
      await vi.waitFor(() => expect(client.feed().notShown).toBe(0), { timeout: 4_000 });
      expect(client.feed().received).toBe(5);
      expect(shown().sort()).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    });

    it("reads the whole gap again if the server goes away halfway", async () => {
      stored = [aPost("c", 3), aPost("d", 4), aPost("e", 5)];
      server.use(http.get("*/api/v1/posts", () => HttpResponse.error(), { once: true }));
      await beginLost();
      await vi.waitFor(() => expect(status().phase).toBe("away"));
      client.retryNow();
      // Its new position lies behind the gap: coming back by it would jump over what is missing.
      expect(socket().since).toBeNull();
      socket().greets("e2-4");
      await filled();
      expect(shown()).toEqual(["e", "d", "c", "b", "a"]);
    });
  });
});

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeadLetter, Post } from "../api/types";
import PostDrawer from "../panels/PostDrawer";
import { aPost } from "../testing";
import { Navigation, PAGES } from "../ui/Navigation";
import Sources from "./Sources";

afterEach(cleanup);

const asked: URL[] = [];
beforeEach(() => {
  asked.length = 0;
});

/** `element` at `address`, with a server behind it that gives `answers` by path. */
function show(element: React.ReactElement, address: string, answers: Record<string, unknown>) {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    const url = new URL((request as Request).url);
    asked.push(url);
    if (!(url.pathname in answers))
      return Response.json(
        { error: { code: "NOT_FOUND", message: "no such post", details: {} } },
        { status: 404 },
      );
    return Response.json({
      data: answers[url.pathname],
      metadata: { as_of: "2026-01-05T12:00:00Z", has_more: false },
    });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[address]}>
          <NuqsTestingAdapter searchParams={address.split("?")[1] ?? ""}>{element}</NuqsTestingAdapter>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const POST: Post = aPost("one", 0, {
  content: "Done with you <b>all</b>",
  url: "javascript:alert(1)",
  toxicity: 0.62,
  churn_risk: 0.41,
  emotions: { joy: 0.1, sadness: 0.2, anger: 0.7, fear: 0, surprise: 0, disgust: 0.3, neutral: 0.05 },
  city: "Oslo",
  country: "NO",
});

describe("PostDrawer", () => {
  it("tells what was read, says what is high, and gives text and links of strangers no power", async () => {
    show(<PostDrawer />, "/posts?post=one", {
      "/api/v1/posts/one": POST,
      "/api/v1/stats": { high_churn_threshold: 0.4 },
    });
    const details = await screen.findByTestId("post-details");
    expect(within(details).getByText("Done with you <b>all</b>")).toBeTruthy();
    expect(within(details).queryByRole("link")).toBeNull();
    const read = () => [...details.querySelectorAll("dl > div")].map((row) => row.textContent);
    await vi.waitFor(() => expect(read()).toContain("Churn risk41\u202f% high"));
    const rows = read();
    expect(rows).toContain("Toxicity62\u202f% high");
    expect(rows.filter((row) => row?.startsWith("Anger"))).toEqual(["Anger70\u202f%"]);
    expect(rows).toContain("PlaceOslo, Norway");
    expect(rows.some((row) => row?.startsWith("Edited"))).toBe(false);
  });

  it("says why a post cannot be shown, and asks again on demand", async () => {
    show(<PostDrawer />, "/posts?post=gone", {});
    expect((await screen.findByRole("alert")).textContent).toContain("no such post");
    const before = asked.length;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(asked.length).toBeGreaterThan(before);
  });
});

describe("Sources", () => {
  it("lists dead letters with their reason and all that arrived", async () => {
    const letter: DeadLetter = {
      id: 7,
      entry_id: "0:1",
      connector: "http",
      position: "item 3",
      reason: "created_at lies in the future",
      raw: '{"post_id": "x"}',
      attempts: 1,
      dead_at: "2026-01-05T12:00:00Z",
      replayed_at: null,
    };
    show(<Sources />, "/sources", {
      "/api/v1/sources": [],
      "/api/v1/ledger": {
        accounts: [],
        total: {},
        balanced: true,
        stable: true,
        contradictions: [],
        rows: 0,
      },
      "/api/v1/ledger/dead-letters": [letter, { ...letter, id: 6, replayed_at: "2026-01-05T13:00:00Z" }],
    });
    const letters = await screen.findByTestId("dead-letters");
    expect(letters.textContent).toContain("created_at lies in the future");
    expect(letters.textContent).toContain("http, item 3, 1 attempt");
    expect(letters.textContent).toContain('{"post_id": "x"}');
    expect(letters.textContent?.match(/sent again/g)).toHaveLength(1);
    expect(
      within(letters).getAllByRole("button", { name: "Send again as it is", hidden: true }),
    ).toHaveLength(1);
    expect(await screen.findByText(/No source runs in this process/)).toBeTruthy();
  });
});

describe("Navigation", () => {
  it("takes the filters along, and leaves the open post behind", () => {
    show(<Navigation />, "/?product=Vidalo&post=one", {});
    const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
    expect(links).toEqual(PAGES.map(({ path }) => `${path}?product=Vidalo`));
    expect(screen.getByRole("link", { current: "page" }).textContent).toBe("Overview");
  });
});

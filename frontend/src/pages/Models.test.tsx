import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { createRef } from "react";
import { MemoryRouter, Outlet, Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Layer, Report } from "../api/layers";
import { NO_FILTERS } from "../lib/filters";
import { aPost } from "../testing";
import Models from "./Models";

afterEach(cleanup);

const LAYER: Layer = {
  name: "second",
  model: "fast",
  model_name: "sentistream-fast",
  model_version: "1",
  tier: "fast",
  share: 1,
  shadow: false,
  state: "read",
  total: 4,
  seen: 4,
  read: 4,
  error: null,
  source: [],
  language: [],
  product: [],
  since: null,
  until: null,
  created_by: "ada",
  created_at: "2026-01-05T12:00:00Z",
  updated_at: "2026-01-05T12:00:00Z",
};

const ROW = { positive: 0, neutral: 0, negative: 0, unscored: 0 };
const REPORT: Report = {
  posts: 4,
  agreed: 3,
  agreement: 0.75,
  shifts: [{ label: "positive", current: 1, layer: 0, current_share: 0.25, layer_share: 0 }],
  confusion: {
    positive: { ...ROW, negative: 1 },
    neutral: ROW,
    negative: { ...ROW, negative: 3 },
    unscored: ROW,
  },
  languages: [{ key: "en", posts: 4, agreed: 3, share: 0.75 }],
  sources: [{ key: "twitter", posts: 4, agreed: 3, share: 0.75 }],
  corrected: { key: "corrected", posts: 2, agreed: 1, share: 0.5 },
};

const nothing = vi.fn();
const CONTEXT = {
  controls: {
    range: "24h",
    compare: false,
    filters: NO_FILTERS,
    setCompare: nothing,
    setRange: nothing,
    setQuery: nothing,
    setValues: nothing,
    toggle: nothing,
    clear: nothing,
  },
  searchRef: createRef<HTMLInputElement>(),
};

function show() {
  const asked: string[] = [];
  let layer = LAYER;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search}`);
    const metadata = { as_of: LAYER.created_at, has_more: false };
    if (pathname.endsWith("/promote")) layer = { ...LAYER, state: "promoted" };
    if (pathname === "/api/v1/layers")
      return Response.json({ data: [layer, { ...LAYER, name: "third" }], metadata });
    if (pathname.endsWith("/disagreements")) {
      const one = {
        post: aPost("one"),
        sentiment_label: "negative",
        sentiment_score: -1,
        confidence_score: 0.9,
        against: { sentiment_label: "positive", sentiment_score: 0.5, confidence_score: 0.8 },
      };
      return Response.json({ data: [one], metadata });
    }
    if (pathname.startsWith("/api/v1/reports/compare"))
      return Response.json({ data: { layer, report: REPORT }, metadata });
    if (pathname.startsWith("/api/v1/layers"))
      return Response.json({ data: layer, metadata }, { status: 202 });
    // The panels above have tests of their own.
    const error = { code: "NOT_FOUND", message: "not here", details: {} };
    return Response.json({ error }, { status: 404 });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <NuqsTestingAdapter hasMemory>
            <Routes>
              <Route element={<Outlet context={CONTEXT} />}>
                <Route index element={<Models />} />
              </Route>
            </Routes>
          </NuqsTestingAdapter>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

describe("Models", () => {
  it("tells how a layer differs, and shows the posts of the chosen cell", async () => {
    const asked = show();
    const figures = await screen.findByTestId("comparison");
    expect(figures.textContent).toContain("75.0\u202f% agreement over 4 posts");
    expect(figures.textContent).toContain("what people said of 1 of 2");
    await userEvent.click(
      within(figures).getByRole("button", { name: "positive by what counts, negative by second: 1" }),
    );
    await vi.waitFor(() => expect(asked.join()).toContain("current=positive&label=negative"));
    expect((await screen.findByTestId("disagreements")).textContent).toContain("The text of one");
  });

  it("sets a layer beside another one", async () => {
    const asked = show();
    const beside = await screen.findByRole("combobox", { name: "Beside" });
    expect(
      within(beside)
        .getAllByRole("option")
        .map(({ textContent }) => textContent),
    ).toEqual(["what counts", "third"]);
    await userEvent.selectOptions(beside, "third");
    expect(await screen.findByRole("heading", { name: "second beside third" })).toBeTruthy();
    await vi.waitFor(() => {
      expect(asked).toContain("GET /api/v1/reports/compare/second?against=third");
      expect(asked).toContain("GET /api/v1/reports/compare/second/disagreements?limit=25&against=third");
    });
    expect(
      await screen.findByRole("button", { name: "positive by third, negative by second: 1" }),
    ).toBeTruthy();
  });

  it("asks before it lets a layer count", async () => {
    const asked = show();
    const [first] = await screen.findAllByRole("button", { name: "Promote" });
    await userEvent.click(first as HTMLElement);
    expect(asked.some((one) => one.startsWith("POST"))).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Let it count?" }));
    expect(await screen.findByText("promoted: counts")).toBeTruthy();
    expect(asked).toContain("POST /api/v1/layers/second/promote");
    expect(screen.getByRole("button", { name: "Demote" })).toBeTruthy();
  });
});

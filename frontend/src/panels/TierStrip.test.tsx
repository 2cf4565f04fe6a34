import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NO_FILTERS } from "../lib/filters";
import TierStrip from "./TierStrip";

afterEach(cleanup);

function show(answer: () => Response) {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    asked.push((request as Request).url);
    return answer();
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <TierStrip range="24h" filters={{ ...NO_FILTERS, source: ["twitter"] }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

describe("TierStrip", () => {
  it("says how well posts were read, and what is still to come", async () => {
    const items = [
      { tier: "full", posts: 880, share: 0.88 },
      { tier: "fast", posts: 120, share: 0.12 },
    ];
    const data = { start: "", end: "", posts: 1_000, items, waiting: 120, waiting_since: null };
    const asked = show(() => Response.json({ data, metadata: { as_of: "2026-01-05T12:00:00Z" } }));
    await screen.findByText(/read in full/);
    expect(screen.getByTestId("tiers").textContent).toContain(
      "Reading88\u202f% read in full12\u202f% read quickly, being re-read120 posts left to re-read",
    );
    expect(asked[0]).toContain("hours=24");
    expect(asked[0]).toContain("source=twitter");
  });

  it("says what went wrong", async () => {
    show(() =>
      Response.json({ error: { code: "UNAVAILABLE", message: "not now", details: {} } }, { status: 503 }),
    );
    expect((await screen.findByRole("alert")).textContent).toContain("not now");
  });
});

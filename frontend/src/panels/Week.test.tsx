import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { NO_FILTERS } from "../lib/filters";
import type { Hour } from "../lib/week";
import { someNumbers } from "../testing";
import Week from "./Week";

afterEach(cleanup);

/** A week in which Monday 01:00 was good, Tuesday 01:00 bad, and few spoke on Monday 00:00. */
function week(): Hour[] {
  const told: Record<string, Partial<Hour>> = {
    "1-0": { posts: 3, scored: 3, average_sentiment: -0.9 },
    "1-1": { posts: 50, scored: 50, average_sentiment: 0.4 },
    "2-1": { posts: 50, scored: 50, average_sentiment: -0.2 },
  };
  return Array.from({ length: 168 }, (_, place) => {
    const [weekday, hour] = [Math.floor(place / 24) + 1, place % 24];
    const nothing = { posts: 0, scored: 0, average_sentiment: null };
    return { ...someNumbers(nothing), weekday, hour, hours: 1, ...told[`${weekday}-${hour}`] };
  });
}

const asked: URL[] = [];

function show(items: Hour[]) {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    asked.push(new URL((request as Request).url));
    return Response.json({ data: { items }, metadata: { as_of: "2026-01-05T12:00:00Z" } });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <Week range="1h" filters={{ ...NO_FILTERS, product: ["Aero"] }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("is a table that arrow keys read cell by cell", async () => {
  show(week());
  const grid = await screen.findByRole("grid");
  expect(grid.querySelectorAll("td[tabindex='0']")).toHaveLength(1);
  expect(screen.getByTestId("week-readout").textContent).toBe(
    "Best Monday 01:00 (+0.40), worst Tuesday 01:00 (−0.20).",
  );
  const few = screen.getByLabelText("Monday 00:00: −0.90 over 3 scored posts, too few to be sure");
  expect(few.dataset.certainty).toBe("few");
  expect(few.tabIndex).toBe(0);
  act(() => few.focus());
  await userEvent.keyboard("{ArrowDown}{ArrowRight}");
  expect(screen.getByTestId("week-readout").textContent).toBe("Tuesday 01:00 −0.20 over 50 scored posts");
  await userEvent.keyboard("{End}{ArrowRight}{ArrowUp}{ArrowUp}");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Monday 23:00: no posts");
});

it("looks back seven days at least, with the filters and the zone of the viewer", async () => {
  show([]);
  expect(await screen.findByText("No posts in the last 7 days match.")).toBeTruthy();
  const query = asked.at(-1)?.searchParams;
  expect(query?.get("product")).toBe("Aero");
  expect(query?.get("tz")).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const days = (Date.now() - Date.parse(query?.get("start_date") ?? "")) / 86_400_000;
  expect(days).toBeCloseTo(7, 2);
});

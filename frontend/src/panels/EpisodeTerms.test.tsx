import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anAlert } from "../testing";
import { EpisodeTerms } from "./EpisodeTerms";

afterEach(cleanup);

function show(answers: Record<string, object[]>) {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    const items = answers[new URL((request as Request).url).searchParams.get("sort") ?? ""] ?? [];
    return Response.json({ data: { items, posts: 24, matching: 24 }, metadata: {} });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <EpisodeTerms alert={anAlert()} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const outage = { term: "outage", people: 12, before: 0 };
const telvanta = { term: "telvanta", people: 14, before: 9 };

describe("terms of an episode", () => {
  it("are those that rise", async () => {
    show({ rising: [outage], people: [telvanta] });
    expect((await screen.findByRole("link")).textContent).toBe("outage 12");
    expect(screen.getByText("Rising terms")).toBeTruthy();
  });

  it("are the most used ones where none rises", async () => {
    show({ rising: [], people: [telvanta] });
    expect((await screen.findByRole("link")).textContent).toBe("telvanta 14");
    expect(screen.getByText("Most used terms")).toBeTruthy();
  });
});

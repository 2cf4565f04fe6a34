import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import FirstSteps from "./FirstSteps";

afterEach(cleanup);

/** With a server behind it that has `sources` and gives `answer` to everything else; what it was asked. */
function show(answer: () => Response, sources: () => object[] = () => []) {
  const asked: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (given) => {
    const request = given as Request;
    if (request.method === "GET") return Response.json({ data: sources(), metadata: {} });
    asked.push(request);
    return answer();
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <FirstSteps />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

describe("FirstSteps", () => {
  it("starts the synthetic source with one click", async () => {
    const asked = show(() => Response.json({ data: { state: "running" }, metadata: {} }, { status: 202 }));
    await userEvent.click(screen.getByRole("button", { name: "Start simulated posts" }));
    expect(await screen.findByText(/^Started\./)).toBeTruthy();
    const posted = asked.filter(({ method }) => method === "POST").map(({ url }) => new URL(url).pathname);
    expect(posted).toEqual(["/api/v1/sources/synthetic/start"]);
    expect(
      (screen.getByRole("button", { name: "Start simulated posts" }) as HTMLButtonElement).disabled,
    ).toBe(true);
  });

  it("starts listening to Bluesky, says what is wrong and stops again", async () => {
    let sources: object[] = [];
    const state = { name: "bluesky", state: "waiting", cursor: null, error: "jetstream cannot be found" };
    const asked = show(
      () => Response.json({ data: { state: "running" }, metadata: {} }, { status: 202 }),
      () => sources,
    );
    sources = [state];
    await userEvent.click(await screen.findByRole("button", { name: "Start listening" }));
    expect(await screen.findByText("jetstream cannot be found")).toBeTruthy();
    sources = [{ ...state, state: "running", error: null, cursor: { server: "wss://jetstream" } }];
    expect(await screen.findByText(/^Connected\./, {}, { timeout: 5_000 })).toBeTruthy();
    sources = [{ ...state, state: "stopped", error: null }];
    await userEvent.click(screen.getByRole("button", { name: "Stop listening" }));
    expect(await screen.findByRole("button", { name: "Start listening" })).toBeTruthy();
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual([
      "/api/v1/sources/bluesky/start",
      "/api/v1/sources/bluesky/stop",
    ]);
  });

  it("says what to run instead where the server brings nothing in", async () => {
    const message = "this process serves the API and brings nothing in: run `sentistream ingest`";
    show(() => Response.json({ error: { code: "CONFLICT", message, details: {} } }, { status: 409 }));
    await userEvent.click(screen.getByRole("button", { name: "Start simulated posts" }));
    expect(await screen.findByText(message)).toBeTruthy();
    expect(
      (screen.getByRole("button", { name: "Start simulated posts" }) as HTMLButtonElement).disabled,
    ).toBe(false);
  });

  it("sends the post of its line, and says why one is refused", async () => {
    const rejected = [{ index: 0, code: "INVALID_ENTRY", message: "the future is not here yet" }];
    const asked = show(() =>
      Response.json({ data: { accepted: 0, rejected }, metadata: {} }, { status: 202 }),
    );
    await userEvent.click(screen.getByRole("button", { name: "Send this post" }));
    expect(await screen.findByText("the future is not here yet")).toBeTruthy();
    const sent = await asked.at(-1)?.json();
    expect(screen.getByText(/^curl /).textContent).toContain(JSON.stringify(sent));
  });
});

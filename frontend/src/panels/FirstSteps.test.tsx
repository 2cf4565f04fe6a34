import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import FirstSteps from "./FirstSteps";

afterEach(cleanup);

/** With a server behind it that gives `answer` to everything; what it was asked. */
function show(answer: () => Response) {
  const asked: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    asked.push(request as Request);
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

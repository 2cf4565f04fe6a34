import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { aPost } from "../testing";
import PostDrawer from "./PostDrawer";

afterEach(cleanup);

const POST = aPost("one");
const NOTHING = { sentiment_label: null, emotion: null, toxic: null, churn: null };

/** A drawer before a server that takes corrections, or refuses them. */
function show(refuse = false) {
  const sent: { method: string; body: unknown }[] = [];
  let post = POST;
  let by: string | null = null;
  let said: Record<string, unknown> = NOTHING;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const { pathname } = new URL(request.url);
    const metadata = { as_of: POST.created_at };
    if (request.method !== "GET") {
      const body = request.method === "POST" ? await request.json() : null;
      sent.push({ method: request.method, body });
      if (refuse)
        return Response.json(
          { error: { code: "CONFLICT", message: "the post was edited since", details: {} } },
          { status: 409 },
        );
      by = body === null ? null : "ada";
      said = body === null ? NOTHING : { ...NOTHING, sentiment_label: body.sentiment_label };
      post =
        body === null
          ? POST
          : { ...POST, sentiment_label: body.sentiment_label, tier: "human", model_name: "human:ada" };
      return Response.json({ data: { outcome: "corrected", correction_id: "c", post }, metadata });
    }
    if (pathname.endsWith("/analyses")) return Response.json({ data: [], metadata });
    if (pathname.endsWith("/correction"))
      return Response.json({ data: { post, corrected_by: by, said, history: [] }, metadata });
    if (pathname === "/api/v1/posts/one") return Response.json({ data: post, metadata });
    return Response.json({ data: { high_churn_threshold: 0.5 }, metadata });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <NuqsTestingAdapter searchParams="post=one">
            <PostDrawer />
          </NuqsTestingAdapter>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

describe("Relabel", () => {
  it("says it with a key, tells who did, and takes it back", async () => {
    const sent = show();
    await screen.findByText("Nobody has corrected this post.");
    await userEvent.keyboard("3");
    await screen.findByText(/Corrected by ada/);
    expect(sent[0]).toEqual({
      method: "POST",
      body: { sentiment_label: "negative", edited_at: POST.edited_at },
    });
    expect(screen.getByRole("button", { name: /Negative/ }).getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByText(/by a person: ada/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /Undo/ }));
    await screen.findByText("Nobody has corrected this post.");
    expect(sent[1]?.method).toBe("DELETE");
  });

  it("puts the reading back and says why where the server refuses", async () => {
    show(true);
    await screen.findByText("Nobody has corrected this post.");
    await userEvent.click(screen.getByRole("button", { name: /Neutral/ }));
    expect((await screen.findByRole("alert")).textContent).toContain("the post was edited since");
    expect(screen.getByTestId("post-details").textContent).toContain("by vader 3.3.2 (fast)");
  });
});

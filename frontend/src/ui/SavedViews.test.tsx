import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { View } from "../api/saved";
import { addressOf, isShown, layoutOf } from "../lib/views";
import SavedViews from "./SavedViews";

afterEach(cleanup);

const WHEN = "2026-01-05T12:00:00Z";
const BERLIN: View = {
  id: 7,
  name: "Berlin",
  page: "/posts",
  query: "city=DE%2FBerlin&range=7d",
  created_by: "ada",
  created_at: WHEN,
  updated_by: "ada",
  updated_at: WHEN,
};

/** The menu before a server that keeps views, or refuses what is written once it is let go. */
function show(refuse = false) {
  const sent: { method: string; path: string; body: unknown }[] = [];
  let views = [BERLIN];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const metadata = { as_of: WHEN, total: 1, has_more: false, limit: 1, offset: null, next_cursor: null };
    if (request.method === "GET") return Response.json({ data: views, metadata });
    const body = request.method === "DELETE" ? null : await request.json();
    sent.push({ method: request.method, path: new URL(request.url).pathname, body });
    if (refuse) {
      await held;
      const error = { code: "CONFLICT", message: "a view is already called Work", details: {} };
      return Response.json({ error }, { status: 409 });
    }
    const changed = { ...BERLIN, ...body };
    views = request.method === "DELETE" ? [] : [changed];
    return Response.json({ data: changed, metadata });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter initialEntries={["/?product=Aero&post=one"]}>
          <SavedViews close={() => {}} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, letGo };
}

describe("saved views", () => {
  it("shows what is saved at once, and takes back what the server refuses, with its words", async () => {
    const { sent, letGo } = show(true);
    await screen.findByText("Berlin");
    await userEvent.type(screen.getByLabelText("Save this view as"), "Work");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Work");
    letGo();
    await screen.findByText("a view is already called Work");
    expect(screen.queryByText("Work")).toBeNull();
    expect(sent).toEqual([
      { method: "POST", path: "/api/v1/views", body: { name: "Work", page: "/", query: "product=Aero" } },
    ]);
  });

  it("renames, brings up to what is shown, and deletes", async () => {
    const { sent } = show();
    await userEvent.click(await screen.findByRole("button", { name: "Rename Berlin" }));
    const field = screen.getByLabelText("New name");
    await userEvent.clear(field);
    await userEvent.type(field, "Capital{Enter}");
    await userEvent.click(await screen.findByRole("button", { name: "Update Capital to what is shown" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    await userEvent.click(await screen.findByRole("button", { name: "Delete Capital" }));
    await screen.findByText(/None yet/);
    const path = "/api/v1/views/7";
    expect(sent).toEqual([
      { method: "PUT", path, body: { name: "Capital", page: BERLIN.page, query: BERLIN.query } },
      { method: "PUT", path, body: { name: "Capital", page: "/", query: "product=Aero" } },
      { method: "DELETE", path, body: null },
    ]);
  });
});

describe("what a view holds", () => {
  it("is the page and its address, without what is only looked at", () => {
    const shown = layoutOf("/posts", "?range=7d&post=one&alert=3&city=DE%2FBerlin");
    expect(shown).toEqual({ page: "/posts", query: "range=7d&city=DE%2FBerlin" });
    expect(isShown(BERLIN, shown)).toBe(true);
    expect(isShown(BERLIN, { ...shown, page: "/" })).toBe(false);
    expect(addressOf(BERLIN)).toBe("/posts?city=DE%2FBerlin&range=7d");
    expect(addressOf({ page: "/", query: "" })).toBe("/");
  });
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aPost } from "../testing";
import { showEarly, takeEarly } from "./early";
import { EMPTY_FEED } from "./feed";
import { useLive } from "./store";

const asked = vi.fn(async () =>
  Response.json({ data: [aPost("a")], metadata: { as_of: "", has_more: false } }),
);

beforeEach(() => {
  vi.stubGlobal("fetch", asked);
  asked.mockClear();
  useLive.setState({ feed: EMPTY_FEED });
});

afterEach(() => {
  document.head.replaceChildren();
  vi.unstubAllGlobals();
});

function preloaded() {
  const link = document.createElement("link");
  link.rel = "preload";
  link.setAttribute("as", "fetch");
  document.head.append(link);
}

it("puts the posts that were asked for early into the first picture, once", async () => {
  preloaded();
  await showEarly();
  expect(useLive.getState().feed.posts).toHaveLength(1);
  expect(takeEarly()).toHaveLength(1);
  expect(takeEarly()).toHaveLength(0);
});

it("asks for nothing where nothing was asked early", async () => {
  await showEarly();
  expect(asked).not.toHaveBeenCalled();
});

it("draws without posts when they cannot be had", async () => {
  preloaded();
  asked.mockRejectedValueOnce(new TypeError("away"));
  await showEarly();
  expect(useLive.getState().feed).toBe(EMPTY_FEED);
  expect(takeEarly()).toHaveLength(0);
});

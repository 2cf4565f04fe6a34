import { readLatestPosts } from "../api/queries";
import type { Post } from "../api/types";
import { NO_FILTERS } from "../lib/filters";
import { EMPTY_FEED } from "./feed";
import { useLive } from "./store";

/** Longer than this, the first picture does not wait for posts. */
const WAIT_MS = 100;

let taken: readonly Post[] = [];

/**
 * Puts the latest posts into the first picture. They were asked for while the code was on its way
 * (public/first.js), unless the address asks for other posts.
 */
export async function showEarly(): Promise<void> {
  if (document.querySelector('link[rel="preload"][as="fetch"]') === null) return;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), WAIT_MS);
  try {
    taken = await readLatestPosts(NO_FILTERS, late.signal);
    useLive.setState({ feed: { ...EMPTY_FEED, posts: taken } });
  } catch {
    // They are asked for again with everything else, and a failure is told then.
  } finally {
    clearTimeout(timer);
  }
}

/** The posts of the first picture, once. */
export function takeEarly(): readonly Post[] {
  const posts = taken;
  taken = [];
  return posts;
}

import type { Post } from "../api/types";

/** Clocks of two writers may differ a little, and a batch commits after its posts were stamped. */
export const OVERLAP_MS = 10_000;
/** Pages after which a gap is too long to read: the newest page is shown instead, and it says so. */
export const MAX_PAGES = 50;

export interface Page {
  posts: Post[];
  hasMore: boolean;
  nextCursor: string | null;
}

export type FetchPage = (
  request: { ingestedAfter: string; cursor: string | null },
  signal: AbortSignal,
) => Promise<Page>;

/**
 * Reads every post stored since `last` (ms since 1970, minus the overlap), oldest first, page by
 * page, and hands each page on. Returns whether the end was reached.
 */
export async function readGap(
  fetchPage: FetchPage,
  last: number,
  onPage: (posts: Post[]) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const ingestedAfter = new Date(last - OVERLAP_MS).toISOString();
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { posts, hasMore, nextCursor } = await fetchPage({ ingestedAfter, cursor }, signal);
    if (signal.aborted) throw signal.reason;
    onPage(posts);
    if (!hasMore) return true;
    if (nextCursor === null) throw new Error("The server says there is more but gives no cursor.");
    cursor = nextCursor;
  }
  return false;
}

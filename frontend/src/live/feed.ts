import type { Post } from "../api/types";

/** Posts kept for the feed; older ones are found with the filters. */
export const FEED_LIMIT = 2_000;
/** Ids remembered so that repeats are dropped. */
const SEEN_LIMIT = 50_000;

export interface FeedSnapshot {
  /** Newest arrival first. */
  posts: readonly Post[];
  /** Arrived while the feed was held. */
  waiting: number;
  /** Arrivals since the feed began, exact. */
  received: number;
  /** Of those, left out of the picture by the server because too many came at once. */
  notShown: number;
  /** Ids that came in with the last release, for the entrance animation. */
  entering: ReadonlySet<string>;
}

export const EMPTY_FEED: FeedSnapshot = {
  posts: [],
  waiting: 0,
  received: 0,
  notShown: 0,
  entering: new Set(),
};

/**
 * Marks one content and analysis of a post. The server repeats events after a crash and after a
 * reconnect; equal marks are repeats, a different mark is an edit or a better analysis.
 */
export function versionOf(post: Post): string {
  return [
    post.edited_at,
    post.tier,
    post.model_name,
    post.model_version,
    post.sentiment_label,
    fingerprint(post.content),
  ].join("|");
}

/** FNV-1a over UTF-16 units: only tells versions of one post apart, so 32 bits are plenty. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The feed's memory: what is shown, what waits, what was seen. Mutable, read through `snapshot()`. */
export class FeedBuffer {
  private shown: Post[] = [];
  private pending: Post[] = [];
  private waiting = 0;
  private seen = new Map<string, string>();
  private received = 0;
  private notShown = 0;
  private entering = new Set<string>();
  private newestArrival: number | null = null;
  private changed = true;
  private last: FeedSnapshot = EMPTY_FEED;

  constructor(private readonly limit = FEED_LIMIT) {}

  /** When the newest known post was stored, in ms since 1970; null while nothing is known. */
  get lastIngestedAt(): number | null {
    return this.newestArrival;
  }

  /** Puts the latest stored posts (newest first) below whatever arrived meanwhile. */
  seed(posts: readonly Post[]): void {
    for (const post of posts) {
      if (this.seen.has(post.id)) continue;
      this.remember(post);
      this.shown.push(post);
    }
    this.trim();
    this.changed = true;
  }

  /** Shows the latest stored posts alone: what came before them was too much to read. */
  restart(posts: readonly Post[]): void {
    this.shown = [];
    this.pending = [];
    this.waiting = 0;
    for (const post of posts) {
      this.remember(post);
      this.shown.push(post);
    }
    this.changed = true;
  }

  /**
   * Takes a frame's posts (newest last); `skipped` more arrived than are in it. Returns how many
   * were new to this feed, the skipped ones included.
   */
  arrived(posts: readonly Post[], skipped = 0): number {
    const fresh = this.take(posts);
    this.received += fresh + skipped;
    this.notShown += skipped;
    if (skipped > 0) this.changed = true;
    return fresh + skipped;
  }

  /**
   * Takes posts re-read after a gap. Those stored before the gap, which an earlier frame had left
   * out, were counted then: they move from "not shown" to shown. Returns how many are truly new.
   */
  refilled(posts: readonly Post[], gapBegan: number): number {
    const unseen = posts.filter((post) => !this.seen.has(post.id));
    const sampled = unseen.filter((post) => Date.parse(post.ingested_at) <= gapBegan).length;
    const accounted = Math.min(sampled, this.notShown);
    const fresh = this.take(posts) - accounted;
    this.notShown -= accounted;
    this.received += fresh;
    this.changed = true;
    return fresh;
  }

  updated(posts: readonly Post[]): void {
    const newer = new Map<string, Post>();
    for (const post of posts) {
      const known = this.seen.get(post.id);
      if (known === undefined || known === versionOf(post)) continue;
      this.remember(post);
      newer.set(post.id, post);
    }
    if (newer.size === 0) return;
    this.shown = this.shown.map((post) => newer.get(post.id) ?? post);
    this.pending = this.pending.map((post) => newer.get(post.id) ?? post);
    this.changed = true;
  }

  deleted(ids: readonly string[]): void {
    const gone = new Set(ids);
    const before = this.pending.length;
    this.shown = this.shown.filter((post) => !gone.has(post.id));
    this.pending = this.pending.filter((post) => !gone.has(post.id));
    this.waiting -= before - this.pending.length;
    this.changed = true;
  }

  /** Moves what waits into the picture. */
  release(): void {
    if (this.waiting === 0) return;
    this.entering = new Set(this.pending.slice(-40).map((post) => post.id));
    this.shown = this.pending.toReversed().concat(this.shown);
    this.pending = [];
    this.waiting = 0;
    this.trim();
    this.changed = true;
  }

  snapshot(): FeedSnapshot {
    if (this.changed) {
      this.last = {
        posts: this.shown,
        waiting: this.waiting,
        received: this.received,
        notShown: this.notShown,
        entering: this.entering,
      };
      this.changed = false;
    }
    return this.last;
  }

  private take(posts: readonly Post[]): number {
    let fresh = 0;
    this.updated(posts);
    for (const post of posts) {
      if (this.seen.has(post.id)) continue;
      this.remember(post);
      this.pending.push(post);
      this.waiting++;
      fresh++;
    }
    if (this.pending.length > this.limit) this.pending = this.pending.slice(-this.limit);
    if (fresh > 0) this.changed = true;
    return fresh;
  }

  private remember(post: Post): void {
    this.seen.set(post.id, versionOf(post));
    if (this.seen.size > SEEN_LIMIT) {
      const oldest = this.seen.keys().next();
      if (!oldest.done) this.seen.delete(oldest.value);
    }
    const stored = Date.parse(post.ingested_at);
    if (!Number.isNaN(stored) && (this.newestArrival === null || stored > this.newestArrival)) {
      this.newestArrival = stored;
    }
  }

  private trim(): void {
    if (this.shown.length > this.limit) this.shown = this.shown.slice(0, this.limit);
  }
}

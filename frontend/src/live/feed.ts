import type { Post } from "../api/types";
import type { Gap } from "./status";
import { versionOf } from "./version";

/** Posts kept for the feed; older ones are found with the filters. */
export const FEED_LIMIT = 50_000;
/** Posts kept while the feed is held; the counts go on. */
const PENDING_LIMIT = 10_000;
/** Ids remembered so that repeats are dropped: more than are kept. */
const SEEN_LIMIT = 100_000;
/** Entrances drawn at once; nobody sees more. */
const ENTRANCES = 40;
/** More than this at once cannot be read, however slowly it slides in. */
const SCREENFUL = 60;

export interface FeedSnapshot {
  /** Newest arrival first. */
  posts: readonly Post[];
  /** Arrived while the feed was held, exact. */
  waiting: number;
  /** Arrivals since the feed began, exact unless `exact` says otherwise. */
  received: number;
  /** False after an absence in which more came than could be read: `received` is then the least. */
  exact: boolean;
  /** Of those received, left out of the picture because too many came at once. */
  notShown: number;
  /** Ids that came in with the last release, for the entrance animation. */
  entering: ReadonlySet<string>;
  /** Absences that were filled, by the id of the last post from before. */
  gaps: ReadonlyMap<string, Gap>;
}

export const EMPTY_FEED: FeedSnapshot = {
  posts: [],
  waiting: 0,
  received: 0,
  exact: true,
  notShown: 0,
  entering: new Set(),
  gaps: new Map(),
};

/** The feed's memory: what is shown, what waits, what was seen. Mutable, read through `snapshot()`. */
export class FeedBuffer {
  private shown: Post[] = [];
  /** Stored posts that were read before the feed began: shown below until it is seeded, then forgotten. */
  private peeked: readonly Post[] = [];
  private pending: Post[] = [];
  /** Arrivals beyond `pending`: left out by the server, or here because too many waited. */
  private beyond = 0;
  private seen = new Map<string, number>();
  private received = 0;
  private exact = true;
  private notShown = 0;
  private entering = new Set<string>();
  private gaps = new Map<string, Gap>();
  private newestArrival: number | null = null;
  private changed = true;
  private last: FeedSnapshot = EMPTY_FEED;

  constructor(private readonly limit = FEED_LIMIT) {}

  /** When the newest known post was stored, in ms since 1970; null while nothing is known. */
  get lastIngestedAt(): number | null {
    return this.newestArrival;
  }

  /** The post that arrived last, waiting or shown. */
  get newestId(): string | null {
    return (this.pending.at(-1) ?? this.shown[0])?.id ?? null;
  }

  /** So many wait that soon some would have to be left out. */
  get crowded(): boolean {
    return this.pending.length > PENDING_LIMIT / 2;
  }

  /** Shows stored posts (newest first) until the feed is seeded. */
  peek(posts: readonly Post[]): void {
    this.peeked = posts;
    this.changed = true;
  }

  /** Puts the latest stored posts (newest first) below whatever arrived meanwhile. */
  seed(posts: readonly Post[]): void {
    this.peeked = [];
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
    this.beyond = 0;
    this.exact = false;
    this.gaps = new Map();
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
    this.beyond += skipped;
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
    this.beyond = Math.max(0, this.beyond - accounted);
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
    this.shown = replaced(this.shown, newer);
    this.pending = replaced(this.pending, newer);
    this.changed = true;
  }

  deleted(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.shown = this.shown.filter((post) => !gone.has(post.id));
    this.pending = this.pending.filter((post) => !gone.has(post.id));
    this.changed = true;
  }

  /** Says below what came after an absence that it was one; `lastId` is the last post from before. */
  divide(lastId: string, gap: Gap): void {
    this.gaps = new Map(this.gaps).set(lastId, gap);
    this.changed = true;
  }

  /** Moves the next posts into the picture, few at a time so that they can be read; true while more wait. */
  step(): boolean {
    const waiting = this.pending.length;
    this.move(waiting > SCREENFUL ? waiting : Math.ceil(waiting / 3));
    return this.pending.length > 0;
  }

  /** Moves all that waits into the picture. */
  release(): void {
    this.move(this.pending.length);
  }

  private move(count: number): void {
    if (this.pending.length === 0 && this.beyond === 0) return;
    const moved = this.pending.slice(0, count).reverse();
    this.entering = new Set(moved.slice(0, ENTRANCES).map((post) => post.id));
    if (moved.length > 0) this.shown = moved.concat(this.shown);
    this.pending = this.pending.slice(count);
    this.beyond = 0;
    this.trim();
    this.changed = true;
  }

  snapshot(): FeedSnapshot {
    if (this.changed) {
      this.last = {
        posts: this.peeked.length > 0 ? this.withPeeked() : this.shown,
        waiting: this.pending.length + this.beyond,
        received: this.received,
        exact: this.exact,
        notShown: this.notShown,
        entering: this.entering,
        gaps: this.gaps,
      };
      this.changed = false;
    }
    return this.last;
  }

  private withPeeked(): readonly Post[] {
    return this.shown.concat(this.peeked.filter((post) => !this.seen.has(post.id)));
  }

  private take(posts: readonly Post[]): number {
    let fresh = 0;
    this.updated(posts);
    for (const post of posts) {
      if (this.seen.has(post.id)) continue;
      this.remember(post);
      this.pending.push(post);
      fresh++;
    }
    const excess = this.pending.length - Math.min(this.limit, PENDING_LIMIT);
    if (excess > 0) {
      this.pending = this.pending.slice(excess);
      this.beyond += excess;
      this.notShown += excess;
    }
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

/** `posts` with those of `newer` in their places; looks no further than it must, as most are recent. */
function replaced(posts: Post[], newer: ReadonlyMap<string, Post>): Post[] {
  let left = newer.size;
  let copy: Post[] | null = null;
  for (let index = 0; index < posts.length && left > 0; index++) {
    const post = newer.get(posts[index]?.id ?? "");
    if (!post) continue;
    copy ??= posts.slice();
    copy[index] = post;
    left--;
  }
  return copy ?? posts;
}

import type { Post } from "../api/types";
import { readGap } from "./catchup";
import { Connection } from "./connection";
import { FeedBuffer, type FeedSnapshot } from "./feed";
import type { Frame, RangedFrame } from "./frames";
import type { LiveOptions, Timer } from "./options";
import { type Absence, gapOf, type LiveStatus, NOT_CONNECTED } from "./status";

const REREAD_MS = 2_000;
/** What was missed follows the greeting at once; after this long there is no more of it. */
const RESUME_MS = 3_000;
/** After an absence the server brings much at once; so long, what its frames leave out is read too. */
const SETTLE_MS = 15_000;
const HEARD_MS = 1_000;

/** Keeps one feed true through restarts of the server, by position where it can, else over REST. */
export class LiveClient {
  private readonly connection: Connection;
  private buffer = new FeedBuffer();
  private status = NOT_CONNECTED;
  private toldAt = 0;
  private stopped = true;
  private position: string | null = null;
  private seeded = false;
  /** The position is of no use: what was missed has to be read over REST. */
  private lost = false;
  /** Frames that arrive while a gap is being read. */
  private held: RangedFrame[] | null = null;
  /** Counts what was missed and came by position: posts stored before `until`, the greeting's time. */
  private resume: { until: number; count: number; timer: Timer } | null = null;
  /** The newest post before the absence that has just ended. */
  private settling: { from: number; timer: Timer } | null = null;
  private rereadTimer: Timer | null = null;
  private reading: AbortController | null = null;
  /** The absence that lasts, or is being made up for. */
  private absence: Absence | null = null;

  constructor(private readonly options: LiveOptions) {
    this.connection = new Connection({
      openSocket: () => options.openSocket(this.lost ? null : this.position),
      random: options.random,
      clock: options.clock,
      onConnecting: () => this.set({ phase: "connecting", retryAt: null }),
      onFrame: (frame) => this.hear(frame),
      onAway: (reason, retryAt) => {
        this.forget();
        this.absence ??= { cause: "away", began: options.clock(), lastId: this.buffer.newestId };
        this.set({ phase: "away", reason, retryAt });
      },
    });
  }

  start(): void {
    this.stopped = false;
    this.connection.open();
  }

  /** Shows stored posts until the feed begins. */
  peek(posts: readonly Post[]): void {
    if (!this.seeded) this.buffer.peek(posts);
    this.options.onFeed();
  }

  stop(): void {
    this.stopped = true;
    this.connection.close();
    this.forget();
  }

  /** Listens no more while nobody looks; `retryNow` comes back, to exactly where it was. */
  rest(): void {
    if (this.stopped || this.status.phase === "resting") return;
    this.connection.close();
    this.forget();
    this.absence ??= { cause: "hidden", began: this.options.clock(), lastId: this.buffer.newestId };
    this.set({ phase: "resting", retryAt: null });
  }

  /** Does not wait for the countdown. */
  retryNow(): void {
    const { phase } = this.status;
    if (!this.stopped && (phase === "away" || phase === "resting")) this.connection.open();
  }

  get isSeeded(): boolean {
    return this.seeded;
  }

  feed(): FeedSnapshot {
    return this.buffer.snapshot();
  }

  release(): void {
    this.buffer.release();
  }

  /** Lets the next few posts in; true while more wait. */
  step(): boolean {
    return this.buffer.step();
  }

  dismissGap(): void {
    this.set({ gap: null });
  }

  /** Drops everything that belongs to the connection that is gone. */
  private forget(): void {
    this.held = null;
    for (const timer of [this.resume?.timer, this.settling?.timer, this.rereadTimer]) {
      if (timer) clearTimeout(timer);
    }
    this.resume = null;
    this.settling = null;
    this.rereadTimer = null;
    this.reading?.abort(new DOMException("The connection went away.", "AbortError"));
    this.reading = null;
  }

  private hear(frame: Frame): void {
    const now = this.options.clock();
    this.status = { ...this.status, heardAt: now };
    if (now - this.toldAt >= HEARD_MS) this.set({});
    switch (frame.type) {
      case "connected":
        this.connected(frame.position, Date.parse(frame.as_of));
        break;
      case "position_lost":
        this.lost = true;
        this.fill(frame.position);
        break;
      case "error":
        this.set({ reason: frame.error.message });
        break;
      case "metrics_update":
        this.options.onMetrics(frame);
        break;
      case "posts":
      case "updated":
      case "deleted":
      case "alert":
        if (this.held) this.held.push(frame);
        else this.apply(frame);
        break;
      default:
        break;
    }
  }

  private connected(position: string, greetedAt: number): void {
    this.options.onActivity();
    const last = this.buffer.lastIngestedAt;
    if (this.seeded && last !== null) {
      const timer = setTimeout(() => {
        this.settling = null;
      }, SETTLE_MS);
      this.settling = { from: last, timer };
    }
    if (this.lost) {
      this.fill(position);
      return;
    }
    this.set({ phase: "live", reason: null });
    if (this.seeded) {
      this.resume = { until: greetedAt, count: 0, timer: setTimeout(() => this.endResume(), RESUME_MS) };
    } else {
      this.position = position;
      this.seed();
    }
  }

  private seed(): void {
    this.read(async (signal) => {
      const posts = await this.options.fetchLatest(signal);
      if (signal.aborted) return;
      this.buffer.seed(posts);
      this.seeded = true;
      this.options.onFeed();
    });
  }

  /** Reads what the live history no longer has, then goes on from `position`. */
  private fill(position: string): void {
    if (this.held) return;
    if (this.resume) clearTimeout(this.resume.timer);
    this.resume = null;
    const last = this.buffer.lastIngestedAt;
    if (last === null) {
      this.position = position;
      this.lost = false;
      this.set({ phase: "live", reason: null });
      this.seed();
      return;
    }
    const held: RangedFrame[] = [];
    this.held = held;
    this.set({ phase: "catching_up", reason: null });
    let count = 0;
    const take = (posts: Post[]) => {
      count += this.buffer.refilled(posts, last);
      this.options.onFeed();
    };
    this.read(async (signal) => {
      const complete = await readGap(this.options.fetchPage, last, take, signal);
      const latest = complete ? null : await this.options.fetchLatest(signal);
      if (signal.aborted) return;
      if (latest) this.buffer.restart(latest);
      this.held = null;
      this.lost = false;
      this.position = position;
      for (const frame of held) this.apply(frame);
      this.set({ phase: "live" });
      this.filled(count, complete);
      this.options.onFeed();
      this.options.onActivity();
    });
  }

  private apply(frame: RangedFrame): void {
    if (frame.type === "posts") this.applyPosts(frame.data, frame.skipped);
    if (frame.type === "updated") {
      const { belongs } = this.options;
      this.buffer.updated(frame.data.filter(belongs));
      const left = frame.data.filter((post) => !belongs(post)).map((post) => post.id);
      if (left.length > 0) this.buffer.deleted(left);
    }
    if (frame.type === "deleted") this.buffer.deleted(frame.data.map((post) => post.id));
    this.position = frame.to;
    if (frame.type !== "alert") this.options.onFeed();
    this.options.onActivity();
  }

  private applyPosts(posts: Post[], skipped: number): void {
    if (!this.options.acceptsFrames) {
      this.rereadSoon();
      return;
    }
    const fresh = this.buffer.arrived(posts, skipped);
    // What came while a slow page drew is taken in one go, before the next step: none of it need be left out.
    if (this.buffer.crowded && !this.options.isHeld()) this.buffer.release();
    if (skipped > 0 && this.settling) this.rereadSoon();
    if (!this.resume) return;
    const newest = posts.at(-1);
    if (newest && Date.parse(newest.ingested_at) > this.resume.until) this.endResume();
    else this.resume.count += fresh;
  }

  private endResume(): void {
    if (!this.resume) return;
    const { count, timer } = this.resume;
    clearTimeout(timer);
    this.resume = null;
    this.filled(count, true);
  }

  /** Says what an absence held, beside the page and in the feed itself. */
  private filled(count: number, complete: boolean): void {
    const absence = this.absence;
    this.absence = null;
    const gap = gapOf(absence, count, complete, this.options.clock());
    if (!gap) return;
    if (absence?.lastId && complete) this.buffer.divide(absence.lastId, gap);
    this.set({ gap });
    this.options.onFeed();
  }

  /** Reads, a moment later, what frames did not bring: all of a search, or the rest of a sample. */
  private rereadSoon(): void {
    const from = this.options.acceptsFrames ? this.settling?.from : undefined;
    this.rereadTimer ??= setTimeout(() => {
      this.rereadTimer = null;
      const last = from ?? this.buffer.lastIngestedAt;
      if (last === null) {
        this.seed();
        return;
      }
      this.read(async (signal) => {
        const take = (posts: Post[]) => {
          this.buffer.refilled(posts, Number.POSITIVE_INFINITY);
          this.options.onFeed();
        };
        await readGap(this.options.fetchPage, last, take, signal);
      });
    }, REREAD_MS);
  }

  /** Runs `ask`; a server that does not answer over REST is as good as away. */
  private read(ask: (signal: AbortSignal) => Promise<void>): void {
    const reading = new AbortController();
    this.reading = reading;
    ask(reading.signal).catch((error: unknown) => {
      if (reading.signal.aborted) return;
      this.connection.fail(error instanceof Error ? error.message : String(error));
    });
  }

  private set(change: Partial<LiveStatus>): void {
    this.status = { ...this.status, ...change };
    this.toldAt = this.options.clock();
    this.options.onStatus(this.status);
  }
}

import type { Post } from "../api/types";
import { backoff } from "./backoff";
import { type FetchPage, readGap } from "./catchup";
import { FeedBuffer, type FeedSnapshot } from "./feed";
import { type Frame, type MetricsFrame, parseFrame, type RangedFrame } from "./frames";

const PING_MS = 15_000;
const SILENCE_MS = 25_000;
const POLL_MS = 2_500;
/** What was missed follows the greeting at once; after this long there is no more of it. */
const RESUME_MS = 3_000;

export type Phase = "connecting" | "live" | "catching_up" | "away";

export interface Gap {
  /** Posts that came in while the server, or the way to it, was away. */
  count: number;
  /** False where so many came that only the newest were read. */
  complete: boolean;
  filledAt: number;
}

export interface LiveStatus {
  phase: Phase;
  /** When the server was last heard, ms since 1970. */
  heardAt: number | null;
  /** When the next try starts, while away. */
  retryAt: number | null;
  reason: string | null;
  gap: Gap | null;
}

/** The part of WebSocket that is used, so that tests can put a scripted one in its place. */
export type Socket = Pick<WebSocket, "onmessage" | "onclose" | "send" | "close">;

export interface LiveOptions {
  openSocket(since: string | null): Socket;
  fetchPage: FetchPage;
  /** The latest stored posts, newest first. */
  fetchLatest(signal: AbortSignal): Promise<Post[]>;
  /**
   * False where the server cannot filter the socket as wanted (text search): frames then only say
   * that something happened, and the posts are read over REST.
   */
  acceptsFrames: boolean;
  /** Whether a post belongs to this feed: an edit or a better reading may take it out. */
  belongs(post: Post): boolean;
  random(): number;
  clock(): number;
  onStatus(status: LiveStatus): void;
  /** The feed changed; called often, so the receiver decides when to draw. */
  onFeed(): void;
  onMetrics(frame: MetricsFrame): void;
  /** Something was stored, changed, deleted or alerted: numbers on screen are behind. */
  onActivity(kind: "posts" | "alert"): void;
  /** The connection is new or was re-made: everything read before may be behind. */
  onResync(): void;
}

/** Keeps one feed true through restarts of the server, by position where it can, else over REST. */
export class LiveClient {
  private buffer = new FeedBuffer();
  private status: LiveStatus = {
    phase: "connecting",
    heardAt: null,
    retryAt: null,
    reason: null,
    gap: null,
  };
  private socket: Socket | null = null;
  private position: string | null = null;
  private seeded = false;
  private lost = false;
  private attempt = 0;
  /** Frames that arrive while a gap is being read. */
  private held: RangedFrame[] | null = null;
  /** Counts what was missed and came by position: posts stored before `until`, the greeting's time. */
  private resume: { until: number; count: number; timer: ReturnType<typeof setTimeout> } | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;
  private pollTimer: ReturnType<typeof setTimeout> | null = null;
  private reading: AbortController | null = null;
  private heardOrTried = 0;
  private stopped = true;

  constructor(private readonly options: LiveOptions) {}

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.disconnect();
    this.clearRetry();
  }

  /** Does not wait for the countdown. */
  retryNow(): void {
    if (this.stopped || this.status.phase !== "away") return;
    this.connect();
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

  dismissGap(): void {
    this.set({ gap: null });
  }

  private connect(): void {
    this.clearRetry();
    this.disconnect();
    this.set({ phase: "connecting", retryAt: null });
    const socket = this.options.openSocket(this.lost ? null : this.position);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      const frame = parseFrame(event.data);
      if (frame) this.hear(frame);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lostContact(event.reason || null);
    };
    this.pingTimer = setInterval(() => this.ping(), PING_MS);
    // A connection that never opens is as dead as one that closes.
    this.heardOrTried = this.options.clock();
  }

  private disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    this.held = null;
    if (this.resume) clearTimeout(this.resume.timer);
    this.resume = null;
    this.reading?.abort(new DOMException("The connection went away.", "AbortError"));
    this.reading = null;
    if (this.pingTimer !== null) clearInterval(this.pingTimer);
    this.pingTimer = null;
    if (this.pollTimer !== null) clearTimeout(this.pollTimer);
    this.pollTimer = null;
    socket?.close();
  }

  private ping(): void {
    if (this.options.clock() - this.heardOrTried > SILENCE_MS) {
      this.lostContact("no answer");
      return;
    }
    if (this.status.phase === "live" || this.status.phase === "catching_up") {
      this.socket?.send('{"type":"ping"}');
    }
  }

  private lostContact(reason: string | null): void {
    if (this.stopped) return;
    this.disconnect();
    const wait = backoff(this.attempt++, this.options.random);
    this.set({ phase: "away", reason, retryAt: this.options.clock() + wait });
    this.clearRetry();
    this.retryTimer = setTimeout(() => this.connect(), wait);
  }

  private clearRetry(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private hear(frame: Frame): void {
    this.heardOrTried = this.options.clock();
    this.status = { ...this.status, heardAt: this.heardOrTried };
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
    this.attempt = 0;
    this.options.onResync();
    if (this.lost) {
      this.fill(position);
      return;
    }
    this.set({ phase: "live", reason: null });
    if (this.seeded) {
      const timer = setTimeout(() => this.endResume(), RESUME_MS);
      this.resume = { until: greetedAt, count: 0, timer };
    } else {
      this.position = position;
      this.seed();
    }
  }

  private seed(): void {
    const reading = new AbortController();
    this.reading = reading;
    this.options.fetchLatest(reading.signal).then(
      (posts) => {
        if (reading.signal.aborted) return;
        this.buffer.seed(posts);
        this.seeded = true;
        this.options.onFeed();
      },
      (error: unknown) => {
        if (!reading.signal.aborted) this.lostContact(messageOf(error));
      },
    );
  }

  /** Reads what the live history no longer has, then goes on from `position`. */
  private fill(position: string): void {
    if (this.held) return;
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
    const reading = new AbortController();
    this.reading = reading;
    this.set({ phase: "catching_up", reason: null });
    let count = 0;
    const take = (posts: Post[]) => {
      count += this.buffer.refilled(posts, last);
      this.options.onFeed();
    };
    readGap(this.options.fetchPage, last, take, reading.signal)
      .then(async (complete) => {
        if (!complete) this.buffer.restart(await this.options.fetchLatest(reading.signal));
        if (reading.signal.aborted) return;
        this.held = null;
        this.lost = false;
        this.position = position;
        for (const frame of held) this.apply(frame);
        this.set({ phase: "live", gap: { count, complete, filledAt: this.options.clock() } });
        this.options.onFeed();
        this.options.onActivity("posts");
      })
      .catch((error: unknown) => {
        if (!reading.signal.aborted) this.lostContact(messageOf(error));
      });
  }

  private apply(frame: RangedFrame): void {
    let fresh = 0;
    if (frame.type === "posts" && !this.options.acceptsFrames) this.pollSoon();
    else if (frame.type === "posts") fresh = this.buffer.arrived(frame.data, frame.skipped);
    if (frame.type === "updated") {
      const { belongs } = this.options;
      this.buffer.updated(frame.data.filter(belongs));
      const left = frame.data.filter((post) => !belongs(post)).map((post) => post.id);
      if (left.length > 0) this.buffer.deleted(left);
    }
    if (frame.type === "deleted") this.buffer.deleted(frame.data.map((post) => post.id));
    this.position = frame.to;
    if (frame.type === "posts") this.advanceResume(frame.data.at(-1), fresh);
    if (frame.type !== "alert") this.options.onFeed();
    this.options.onActivity(frame.type === "alert" ? "alert" : "posts");
  }

  /** Reads what arrived since the newest known post; at most every POLL_MS. */
  private pollSoon(): void {
    this.pollTimer ??= setTimeout(() => {
      this.pollTimer = null;
      const last = this.buffer.lastIngestedAt;
      if (last === null) {
        this.seed();
        return;
      }
      const reading = new AbortController();
      this.reading = reading;
      const take = (posts: Post[]) => {
        this.buffer.refilled(posts, last);
        this.options.onFeed();
      };
      readGap(this.options.fetchPage, last, take, reading.signal).catch((error: unknown) => {
        if (!reading.signal.aborted) this.lostContact(messageOf(error));
      });
    }, POLL_MS);
  }

  private advanceResume(newest: Post | undefined, fresh: number): void {
    if (!this.resume) return;
    if (newest && Date.parse(newest.ingested_at) > this.resume.until) this.endResume();
    else this.resume.count += fresh;
  }

  private endResume(): void {
    if (!this.resume) return;
    const { count, timer } = this.resume;
    clearTimeout(timer);
    this.resume = null;
    if (count > 0) this.set({ gap: { count, complete: true, filledAt: this.options.clock() } });
  }

  private set(change: Partial<LiveStatus>): void {
    this.status = { ...this.status, ...change };
    this.options.onStatus(this.status);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

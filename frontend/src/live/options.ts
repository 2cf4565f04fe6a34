import type { Post } from "../api/types";
import type { FetchPage } from "./catchup";
import type { Socket } from "./connection";
import type { MetricsFrame } from "./frames";
import type { LiveStatus } from "./status";

export type Timer = ReturnType<typeof setTimeout>;

/** What a LiveClient is given: the ways to the server, and who is told. */
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
  /** Somebody reads: nothing may move, however much waits. */
  isHeld(): boolean;
  random(): number;
  clock(): number;
  onStatus(status: LiveStatus): void;
  /** The feed changed; called often, so the receiver decides when to draw. */
  onFeed(): void;
  onMetrics(frame: MetricsFrame): void;
  /** Something was stored, changed, deleted or alerted, or may have been while away. */
  onActivity(): void;
}

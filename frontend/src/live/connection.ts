import { backoff } from "./backoff";
import { type Frame, parseFrame } from "./frames";

const PING_MS = 15_000;
const SILENCE_MS = 25_000;

/** The part of WebSocket that is used, so that tests can put a scripted one in its place. */
export type Socket = Pick<WebSocket, "onmessage" | "onclose" | "send" | "close">;

export interface ConnectionOptions {
  openSocket(): Socket;
  random(): number;
  clock(): number;
  onConnecting(): void;
  onFrame(frame: Frame): void;
  /** Contact is lost; the next try starts at `retryAt`, ms since 1970. */
  onAway(reason: string | null, retryAt: number): void;
}

/** One socket after the other: opened again after ever longer waits, given up when it falls silent. */
export class Connection {
  private socket: Socket | null = null;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;
  private heardOrTried = 0;
  private greeted = false;

  constructor(private readonly options: ConnectionOptions) {}

  open(): void {
    this.close();
    this.options.onConnecting();
    const socket = this.options.openSocket();
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      const frame = parseFrame(event.data);
      if (frame) this.hear(frame);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.fail(event.reason || null);
    };
    // A connection that never opens is as dead as one that falls silent.
    this.heardOrTried = this.options.clock();
    this.pingTimer = setInterval(() => this.ping(), PING_MS);
  }

  /** Gives this socket up and tries another after a while. */
  fail(reason: string | null): void {
    this.close();
    const wait = backoff(this.attempt++, this.options.random);
    this.retryTimer = setTimeout(() => this.open(), wait);
    this.options.onAway(reason, this.options.clock() + wait);
  }

  close(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    if (this.pingTimer !== null) clearInterval(this.pingTimer);
    this.retryTimer = null;
    this.pingTimer = null;
    this.greeted = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private hear(frame: Frame): void {
    this.heardOrTried = this.options.clock();
    if (frame.type === "connected") {
      this.greeted = true;
      this.attempt = 0;
    }
    this.options.onFrame(frame);
  }

  private ping(): void {
    if (this.options.clock() - this.heardOrTried > SILENCE_MS) this.fail("no answer");
    else if (this.greeted) this.socket?.send('{"type":"ping"}');
  }
}

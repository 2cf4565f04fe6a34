import type { Post } from "../api/types";
import type { Socket } from "./connection";

/** A socket whose server side a test plays. */
export class ScriptedSocket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  sent: string[] = [];
  closed = false;

  constructor(readonly since: string | null) {}

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  says(frame: object): void {
    this.onmessage?.call(
      this as unknown as WebSocket,
      new MessageEvent("message", { data: JSON.stringify(frame) }),
    );
  }

  greets(position: string): void {
    this.says({ type: "connected", position, as_of: new Date(Date.now()).toISOString() });
  }

  posts(from: string, to: string, data: Post[], skipped = 0): void {
    this.says({ type: "posts", from, to, data, skipped, count: data.length + skipped });
  }

  dies(reason = ""): void {
    this.onclose?.call(this as unknown as WebSocket, { code: 1006, reason } as CloseEvent);
  }
}

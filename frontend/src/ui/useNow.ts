import { useSyncExternalStore } from "react";

/** One timer for everyone who asks for the same pace: a list of posts has an age in every line. */
class Ticker {
  private now = Date.now();
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly every: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.timer === null) {
      this.timer = setInterval(this.tick, this.every);
      document.addEventListener("visibilitychange", this.tick);
      this.now = Date.now();
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      document.removeEventListener("visibilitychange", this.tick);
      this.timer = null;
    };
  };

  readonly read = (): number => {
    // Nobody kept it going meanwhile.
    if (this.timer === null && Date.now() - this.now >= this.every) this.now = Date.now();
    return this.now;
  };

  private readonly tick = (): void => {
    if (document.hidden) return;
    this.now = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const tickers = new Map<number, Ticker>();

/** The present, in ms since 1970, moving on every `every` ms while the screen is seen. */
export function useNow(every: number): number {
  let ticker = tickers.get(every);
  if (!ticker) {
    ticker = new Ticker(every);
    tickers.set(every, ticker);
  }
  return useSyncExternalStore(ticker.subscribe, ticker.read);
}

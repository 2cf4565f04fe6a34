/** Runs `refresh` at most every `every` ms while something is reported, never while suspended. */
export class Refresher {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private dirty = false;
  private suspended = false;

  constructor(
    private readonly refresh: () => void,
    private readonly every: number,
    private readonly clock: () => number,
    /** When everything was last read. */
    private lastRun = Number.NEGATIVE_INFINITY,
  ) {}

  touch(): void {
    this.dirty = true;
    this.schedule();
  }

  /** A hidden screen reads nothing; when it is seen again it catches up in one step. */
  suspend(suspended: boolean): void {
    this.suspended = suspended;
    if (suspended) this.stop();
    else if (this.dirty) this.schedule();
  }

  /** Owes nothing: whoever comes back asks for everything. */
  forget(): void {
    this.dirty = false;
    this.stop();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(): void {
    if (this.timer !== null || this.suspended) return;
    const wait = Math.max(0, this.lastRun + this.every - this.clock());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.lastRun = this.clock();
      this.dirty = false;
      this.refresh();
    }, wait);
  }
}

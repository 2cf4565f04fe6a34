import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refresher } from "./refresh";

describe("Refresher", () => {
  const refresh = vi.fn();
  let refresher: Refresher;

  beforeEach(() => {
    vi.useFakeTimers();
    refresh.mockReset();
    refresher = new Refresher(refresh, 2_500, Date.now);
  });

  it("runs at once, then at most every 2.5 s however much is reported", () => {
    for (let ms = 0; ms < 9_900; ms += 10) {
      refresher.touch();
      vi.advanceTimersByTime(10);
    }
    expect(refresh).toHaveBeenCalledTimes(4);
  });

  it("asks for nothing while nothing is reported", () => {
    refresher.touch();
    vi.advanceTimersByTime(60_000);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("costs nothing while hidden and catches up in one step", () => {
    refresher.suspend(true);
    for (let times = 0; times < 100; times++) refresher.touch();
    vi.advanceTimersByTime(60_000);
    expect(refresh).not.toHaveBeenCalled();
    refresher.suspend(false);
    vi.advanceTimersByTime(0);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("owes nothing that it was told to forget", () => {
    refresher.suspend(true);
    refresher.touch();
    refresher.forget();
    refresher.suspend(false);
    vi.advanceTimersByTime(60_000);
    expect(refresh).not.toHaveBeenCalled();
    refresher.touch();
    vi.advanceTimersByTime(0);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("does not run for a hidden stretch in which nothing happened", () => {
    refresher.suspend(true);
    refresher.suspend(false);
    vi.advanceTimersByTime(60_000);
    expect(refresh).not.toHaveBeenCalled();
  });
});

import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DWELL_SECONDS } from "./rotation";
import { useRotation } from "./useRotation";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const turn = () => act(() => vi.advanceTimersByTime(DWELL_SECONDS * 1_000));

describe("useRotation", () => {
  it("goes on by itself, and rests while paused", () => {
    const { result } = renderHook(() => useRotation([]));
    expect(result.current.scene).toBe("mood");
    turn();
    expect(result.current.scene).toBe("trend");
    act(() => result.current.toggle());
    turn();
    turn();
    expect(result.current.scene).toBe("trend");
    act(() => result.current.step(1));
    expect(result.current.scene).toBe("places");
    act(() => result.current.toggle());
    turn();
    expect(result.current.scene).toBe("terms");
  });

  it("gives a scene its whole time after a step", () => {
    const { result } = renderHook(() => useRotation([]));
    act(() => vi.advanceTimersByTime(DWELL_SECONDS * 900));
    act(() => result.current.step(1));
    act(() => vi.advanceTimersByTime(DWELL_SECONDS * 900));
    expect(result.current.scene).toBe("trend");
  });

  it("shows a new alert at once, keeps its scene in the rotation, and drops it afterwards", () => {
    const { result, rerender } = renderHook(({ open }) => useRotation(open), {
      initialProps: { open: [] as number[] },
    });
    turn();
    rerender({ open: [7] });
    expect(result.current.scene).toBe("alerts");
    turn();
    expect(result.current.scene).toBe("mood");
    rerender({ open: [7] });
    expect(result.current.scene).toBe("mood");
    rerender({ open: [7, 8] });
    expect(result.current.scene).toBe("alerts");
    rerender({ open: [] });
    expect(result.current.scene).toBe("mood");
    expect(result.current.scenes).not.toContain("alerts");
  });
});

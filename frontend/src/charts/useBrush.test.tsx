import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useBrush } from "./useBrush";

afterEach(cleanup);

const SLICES = Array.from({ length: 10 }, (_, index) => ({ start: index * 100, end: index * 100 + 100 }));
const chosen = vi.fn();

function Chart() {
  const { picked, selected, handlers } = useBrush(SLICES, (px) => px, chosen);
  return (
    <>
      <svg data-testid="chart" role="img" aria-label="chart" {...handlers} />
      <output>{JSON.stringify({ picked, selected })}</output>
    </>
  );
}

function shown() {
  chosen.mockReset();
  render(<Chart />);
  const chart = screen.getByTestId("chart");
  chart.setPointerCapture = () => {};
  const pointer = (kind: "Down" | "Move" | "Up" | "Leave", x: number, pointerType = "mouse") =>
    act(() => void fireEvent[`pointer${kind}`](chart, { clientX: x, button: 0, pointerType }));
  const key = (name: string, shiftKey = false) =>
    act(() => void fireEvent.keyDown(chart, { key: name, shiftKey }));
  return { pointer, key, state: () => JSON.parse(screen.getByRole("status").textContent ?? "{}") };
}

describe("useBrush", () => {
  it("chooses what was dragged across, in either direction", () => {
    const { pointer, state } = shown();
    pointer("Down", 650);
    pointer("Move", 640);
    pointer("Move", 250);
    expect(state()).toEqual({ picked: 2, selected: [2, 6] });
    pointer("Up", 250);
    expect(chosen.mock.calls).toEqual([[200, 700]]);
    expect(state()).toEqual({ picked: null, selected: null });
  });

  it("chooses the slice that is clicked, though the hand is not quite still", () => {
    const { pointer } = shown();
    pointer("Down", 350);
    pointer("Move", 353);
    pointer("Up", 353);
    expect(chosen.mock.calls).toEqual([[300, 400]]);
  });

  it("lets a finger read first, and choose with the second tap", () => {
    const { pointer, state } = shown();
    const tap = (x: number) => {
      pointer("Down", x, "touch");
      pointer("Up", x, "touch");
      pointer("Leave", x, "touch");
    };
    tap(350);
    expect(state().picked).toBe(3);
    expect(chosen).not.toHaveBeenCalled();
    tap(550);
    expect(chosen).not.toHaveBeenCalled();
    tap(550);
    expect(chosen.mock.calls).toEqual([[500, 600]]);
  });

  it("reads, selects and chooses with keys, and lets go", () => {
    const { key, state } = shown();
    key("End");
    expect(state()).toEqual({ picked: 9, selected: null });
    key("ArrowRight");
    expect(state().picked).toBe(9);
    key("ArrowLeft", true);
    key("ArrowLeft", true);
    expect(state()).toEqual({ picked: 7, selected: [7, 9] });
    key("Enter");
    expect(chosen.mock.calls).toEqual([[700, 1_000]]);
    key("Home");
    key("Escape");
    expect(state()).toEqual({ picked: null, selected: null });
    key("Enter");
    expect(chosen).toHaveBeenCalledTimes(1);
  });
});

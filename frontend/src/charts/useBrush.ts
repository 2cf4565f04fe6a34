import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { nearest, type Span } from "./timeAxis";

/** From where on a moved pointer draws a selection, in px: a click is seldom quite still. */
const LEAST_DRAG = 6;

export interface Brush {
  /** Index of the slice that is read. */
  picked: number | null;
  /** First and last index of what is selected. */
  selected: readonly [number, number] | null;
  handlers: {
    onPointerDown(event: PointerEvent<SVGSVGElement>): void;
    onPointerMove(event: PointerEvent<SVGSVGElement>): void;
    onPointerUp(event: PointerEvent<SVGSVGElement>): void;
    onPointerLeave(event: PointerEvent<SVGSVGElement>): void;
    onPointerCancel(): void;
    onKeyDown(event: KeyboardEvent): void;
    onBlur(): void;
  };
}

/**
 * Reading slices of time one by one, and choosing some of them: by dragging across, by a click on one, or with the
 * keyboard (arrows read, with Shift they select, Enter chooses, Escape lets go). A finger reads with its first tap
 * and chooses with the second.
 */
export function useBrush(
  slices: readonly Span[],
  momentAt: (px: number) => number,
  choose: (start: number, end: number) => void,
): Brush {
  const [picked, setPicked] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const press = useRef<{ x: number; index: number; pickedBefore: number | null } | null>(null);
  const last = slices.length - 1;
  const within = (index: number) => Math.max(0, Math.min(last, index));
  const indexAt = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    // An enlarged chart, as in full screen, knows nothing of it.
    const scale = width > 0 ? currentTarget.clientWidth / width : 1;
    return nearest(slices, momentAt((clientX - left) * scale));
  };

  const chooseSlices = (from: number, to: number) => {
    const first = slices[Math.min(from, to)];
    const final = slices[Math.max(from, to)];
    letGo();
    if (first && final) choose(first.start, final.end);
  };
  const letGo = () => {
    press.current = null;
    setAnchor(null);
    setPicked(null);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowLeft: (picked ?? slices.length) - 1,
      ArrowRight: (picked ?? -1) + 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next !== undefined && last >= 0) {
      event.preventDefault();
      setAnchor(event.shiftKey ? (anchor ?? picked ?? within(next)) : null);
      setPicked(within(next));
    } else if (event.key === "Enter" && picked !== null) {
      event.preventDefault();
      chooseSlices(anchor ?? picked, picked);
    } else if (event.key === "Escape" && picked !== null) {
      // What is around, such as the full screen, stays.
      event.preventDefault();
      letGo();
    }
  };

  return {
    picked: picked === null || last < 0 ? null : within(picked),
    selected:
      anchor === null || picked === null || last < 0
        ? null
        : [within(Math.min(anchor, picked)), within(Math.max(anchor, picked))],
    handlers: {
      onPointerDown(event) {
        const index = indexAt(event);
        if (event.button !== 0 || index === null) return;
        press.current = { x: event.clientX, index, pickedBefore: picked };
      },
      onPointerMove(event) {
        const begun = press.current;
        if (begun && Math.abs(event.clientX - begun.x) > LEAST_DRAG && anchor === null) {
          event.currentTarget.setPointerCapture(event.pointerId);
          setAnchor(begun.index);
        }
        setPicked(indexAt(event));
      },
      onPointerUp(event) {
        const begun = press.current;
        const index = indexAt(event);
        press.current = null;
        if (!begun || index === null) return;
        if (anchor !== null) chooseSlices(anchor, index);
        else if (event.pointerType !== "touch" || begun.pickedBefore === index) chooseSlices(index, index);
        else setPicked(index);
      },
      onPointerLeave(event) {
        // A finger always leaves when it is lifted; what it has picked stays to be read.
        if (press.current === null && event.pointerType !== "touch") letGo();
      },
      onPointerCancel: letGo,
      onKeyDown,
      onBlur: letGo,
    },
  };
}

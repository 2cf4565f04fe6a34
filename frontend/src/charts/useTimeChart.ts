import { useElementSize } from "@mantine/hooks";
import { type Span, timeScale } from "./timeAxis";
import { useBrush } from "./useBrush";

/** Room around what is drawn, in px. */
interface Margin {
  left: number;
  right: number;
}

/**
 * What charts of slices of time share: a scale as wide as the room that `ref` has, from `start` to `end` and wider
 * where a slice is cut, and the slices read and chosen (see useBrush).
 */
export function useTimeChart<Slice extends Span>(
  slices: readonly Slice[],
  { start, end }: Span,
  margin: Margin,
  choose: (start: number, end: number) => void,
) {
  const { ref, width, height } = useElementSize();
  const from = Math.min(start, slices[0]?.start ?? start);
  const until = Math.max(end, slices.at(-1)?.end ?? end);
  const x = timeScale([from, until], [margin.left, Math.max(margin.left + 1, width - margin.right)]);
  const { picked, selected, handlers } = useBrush(slices, (px) => x.invert(px), choose);
  const [first, last] = selected ? [slices[selected[0]], slices[selected[1]]] : [];
  return {
    ref,
    width,
    height,
    from,
    until,
    x,
    handlers,
    /** The slice that is read. */
    read: picked === null ? undefined : slices[picked],
    /** From when to when is selected. */
    selected: first && last ? { start: first.start, end: last.end } : undefined,
    /** Whether others are read or selected than slice `index`. */
    isDimmed: (index: number) =>
      selected ? index < selected[0] || index > selected[1] : picked !== null && picked !== index,
  };
}

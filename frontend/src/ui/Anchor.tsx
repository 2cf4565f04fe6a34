import { type Ref, type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** Stands for an element that is on the page already, where the kit wants to make it itself. */
export function Anchor({ element, ref }: { element: RefObject<HTMLElement | null>; ref?: Ref<HTMLElement> }) {
  useLayoutEffect(() => {
    if (typeof ref === "function") ref(element.current);
    else if (ref) ref.current = element.current;
  }, [element, ref]);
  return null;
}

/** False when first drawn. What is opened a moment after it is there can give the focus back: the kit notes where it was. */
export function useReady(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return ready;
}

import { type ReactNode, type RefObject, Suspense, useEffect, useId, useRef, useState } from "react";
import { InView } from "../api/liveQuery";
import panel from "./Panel.module.css";
import classes from "./Slot.module.css";

/** How far ahead a panel is fetched, once there is time for it, and kept up to date. */
const AHEAD_PX = 600;

interface SlotProps {
  title: string;
  /** About what the panel will need, so that nothing jumps when it comes. */
  height: number;
  /** Drawn with the first picture; others wait until there is time. */
  first?: boolean;
  /** The first picture is drawn: there is time for the rest, and for what is only nearly in view. */
  settled: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** The place of a panel. Until it comes into view its code is not loaded, and the server is not asked. */
export function Slot({ title, height, first = false, settled, className, children }: SlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const { seen, near } = useSeen(place, first, settled);
  const coming = <Coming title={title} height={height} />;
  return (
    <div ref={place} className={`${classes.slot} ${className ?? ""}`} data-slot={title} data-seen={seen}>
      {seen ? (
        <InView value={near}>
          <Suspense fallback={coming}>{children}</Suspense>
        </InView>
      ) : (
        coming
      )}
    </div>
  );
}

/** Whether `place` has been in view, or nearly, and whether it is. */
function useSeen(place: RefObject<HTMLElement | null>, first: boolean, settled: boolean) {
  const [seen, setSeen] = useState(first);
  const [near, setNear] = useState(true);
  useEffect(() => {
    if (!settled || !place.current) return;
    const watching = new IntersectionObserver(
      (entries) => {
        const isNear = entries.at(-1)?.isIntersecting ?? true;
        setNear(isNear);
        if (isNear) setSeen(true);
      },
      { rootMargin: `${AHEAD_PX}px 0px` },
    );
    watching.observe(place.current);
    return () => watching.disconnect();
  }, [place, settled]);
  return { seen, near };
}

/** The frame of a panel that is not here yet: it has a name, so that it can be found and reached. */
function Coming({ title, height }: { title: string; height: number }) {
  const id = useId();
  return (
    <section className={panel.panel} style={{ minHeight: height }} aria-labelledby={id} aria-busy="true">
      <header className={panel.header}>
        <h2 id={id} className={panel.title}>
          {title}
        </h2>
      </header>
      <div className={classes.room} />
    </section>
  );
}

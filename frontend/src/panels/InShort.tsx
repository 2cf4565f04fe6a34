import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useOverall } from "../api/hooks";
import type { Dimension, Filters } from "../lib/filters";
import { type Range, shapeOf } from "../lib/range";
import { type Course, courseOf, feelingOf } from "../lib/standout";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { Icon, type IconName } from "../ui/Icon";
import classes from "./InShort.module.css";

const Standouts = lazy(() => import("./Standouts"));

export interface InShortProps {
  range: Range;
  filters: Filters;
  /** Whether to say what has changed since the time before. */
  compare: boolean;
  /** The first picture is drawn: there is time for the rest. */
  settled: boolean;
  onPick(dimension: Dimension, value: string): void;
  onTerm(term: string): void;
}

const COURSES: Record<Course, { icon: IconName; words: string }> = {
  better: { icon: "arrowUp", words: "and it is getting better" },
  worse: { icon: "arrowDown", words: "and it is getting worse" },
  same: { icon: "check", words: "as before" },
};

/** How people feel, whether it is getting worse, about what and where: in one line, before everything else. */
export function InShort({ range, filters, compare, settled, onPick, onTerm }: InShortProps) {
  const overall = useOverall(range, filters);
  const before = overall.data?.previous;
  const now = useCurrentNumbers(range, filters);
  const course = now && before && compare ? courseOf(now, before) : null;
  // The totals below say what went wrong.
  if (overall.isError && !now) return null;
  return (
    <section className={classes.short} aria-label="In short" data-testid="in-short">
      <p
        className={classes.mood}
        data-course={course ?? undefined}
        title={`against ${shapeOf(range).previous}`}
      >
        {now ? <strong>{feelingOf(now)}</strong> : <Skeleton width={220} height={20} />}
        {course && (
          <span className={classes.course}>
            <Icon name={COURSES[course].icon} size={14} />
            {COURSES[course].words}
          </span>
        )}
      </p>
      {settled && now ? (
        <Suspense>
          <Standouts
            range={range}
            filters={filters}
            share={now.negative_share ?? 0}
            onPick={onPick}
            onTerm={onTerm}
          />
        </Suspense>
      ) : null}
    </section>
  );
}

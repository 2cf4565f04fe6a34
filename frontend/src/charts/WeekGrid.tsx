import { type KeyboardEvent, useState } from "react";
import { leanFill, leanReach, sideOf } from "../lib/lean";
import { certaintyOf, describe, type Hour, nameOf, WEEKDAYS } from "../lib/week";
import classes from "./WeekGrid.module.css";

const HOURS = 24;
const CLOCK = Array.from({ length: HOURS }, (_, hour) => hour);

interface WeekGridProps {
  /** All 168 hours, Monday's first. */
  hours: readonly Hour[];
  /** What the line below says while nothing is picked. */
  summary: string;
}

/**
 * Hours by weekdays, coloured by mean sentiment. It is a table: each cell says its numbers in words, and the arrow
 * keys go from cell to cell. Round leans positive, square negative; what few posts speak for is small.
 */
export function WeekGrid({ hours, summary }: WeekGridProps) {
  const [picked, setPicked] = useState<number | null>(null);
  const [entry, setEntry] = useState(0);
  const sure = hours.filter((hour) => certaintyOf(hour) === "enough");
  const reach = leanReach((sure.length > 0 ? sure : hours).map((hour) => hour.average_sentiment));

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const next = moved(entry, event.key);
    if (next === null) return;
    event.preventDefault();
    setEntry(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-place="${next}"]`)?.focus();
  };
  const shown = picked === null ? undefined : hours[picked];
  return (
    <div className={classes.frame} data-testid="week">
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys walk through its cells
        role="grid"
        className={`${classes.grid} numeric`}
        aria-label="Mean sentiment by hour of the week"
        onKeyDown={onKeyDown}
        onPointerLeave={() => setPicked(null)}
        onBlur={() => setPicked(null)}
      >
        <thead>
          <tr>
            <td />
            {CLOCK.map((hour) => (
              <th key={hour} scope="col" data-minor={hour % 6 !== 0 || undefined}>
                {String(hour).padStart(2, "0")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((weekday, day) => (
            <tr key={weekday}>
              <th scope="row" aria-label={weekday}>
                {weekday.slice(0, 3)}
              </th>
              {hours.slice(day * HOURS, (day + 1) * HOURS).map((hour) => {
                const place = day * HOURS + hour.hour;
                return (
                  <td
                    key={place}
                    data-place={place}
                    data-certainty={certaintyOf(hour)}
                    data-picked={place === picked || undefined}
                    tabIndex={place === entry ? 0 : -1}
                    aria-label={`${nameOf(hour)}: ${describe(hour)}`}
                    onPointerEnter={() => setPicked(place)}
                    onFocus={() => {
                      setEntry(place);
                      setPicked(place);
                    }}
                  >
                    <span
                      className={classes.mark}
                      data-side={sideOf(hour.average_sentiment)}
                      data-certainty={certaintyOf(hour)}
                      style={{ background: fillOf(hour, reach) }}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={`${classes.readout} numeric`} data-testid="week-readout">
        {shown ? (
          <>
            <strong>{nameOf(shown)}</strong> {describe(shown)}
          </>
        ) : (
          summary
        )}
      </p>
      <Legend reach={reach} />
    </div>
  );
}

function fillOf(hour: Hour, reach: number): string | undefined {
  return hour.scored > 0 ? leanFill(hour.average_sentiment, reach) : undefined;
}

function moved(place: number, key: string): number | null {
  const column = place % HOURS;
  const steps: Record<string, number> = {
    ArrowLeft: column > 0 ? -1 : 0,
    ArrowRight: column < HOURS - 1 ? 1 : 0,
    ArrowUp: place >= HOURS ? -HOURS : 0,
    ArrowDown: place < (WEEKDAYS.length - 1) * HOURS ? HOURS : 0,
    Home: -column,
    End: HOURS - 1 - column,
  };
  const step = steps[key];
  return step === undefined ? null : place + step;
}

function Legend({ reach }: { reach: number }) {
  const steps = [-1, -0.5, 0, 0.5, 1].map((share) => share * reach);
  return (
    <p className={classes.legend} aria-hidden="true">
      <span>negative</span>
      {steps.map((mean) => (
        <span
          key={mean}
          className={`${classes.mark} ${classes.key}`}
          data-side={sideOf(mean)}
          style={{ background: leanFill(mean, reach) }}
        />
      ))}
      <span>positive</span>
      <span className={`${classes.mark} ${classes.key}`} data-few style={{ background: "var(--ink-3)" }} />
      <span>few posts</span>
    </p>
  );
}

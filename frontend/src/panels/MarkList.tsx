import type { Mark } from "../charts/marks";
import { formatBoth, formatCount, formatDayAndTime, formatDuration } from "../lib/format";
import { Icon } from "../ui/Icon";
import { Tip } from "../ui/Tip";
import classes from "./MarkList.module.css";

const SHOWN = 3;

interface MarkListProps {
  /** Latest first. */
  marks: readonly Mark[];
  /** Of the alerts only the newest so many were read; null if all were. */
  cutAt: number | null;
  onPick(mark: Mark): void;
}

/** The words of what is marked on the chart above; one line, whose room is kept while there is nothing to say. */
export function MarkList({ marks, cutAt, onPick }: MarkListProps) {
  if (marks.length === 0) return <p className={classes.none}>No alert and no annotation in this time.</p>;
  return (
    <ul className={classes.marks} aria-label="Alerts and annotations in this time" data-testid="trend-marks">
      {marks.slice(0, SHOWN).map((mark) => (
        <li key={mark.id}>
          <Tip label={`${mark.title} · ${formatBoth(mark.start)}`} multiline>
            <button type="button" className={classes.mark} data-kind={mark.kind} onClick={() => onPick(mark)}>
              <Icon name={mark.kind === "alert" ? "alert" : "flag"} size={13} />
              <span className={classes.title}>{mark.title}</span>
              <span className="numeric">{timeOf(mark)}</span>
            </button>
          </Tip>
        </li>
      ))}
      {marks.length > SHOWN && (
        <li className={classes.more}>
          and {marks.length - SHOWN} before
          {cutAt !== null && `; only the newest ${formatCount(cutAt)} alerts are marked`}
        </li>
      )}
    </ul>
  );
}

function timeOf({ start, end, open }: Mark): string {
  const began = formatDayAndTime(start);
  if (open) return `${began}, goes on`;
  return end > start ? `${began}, ${formatDuration(end - start)}` : began;
}

import type { Change } from "../lib/format";
import classes from "./ChangeMark.module.css";
import { Icon } from "./Icon";
import { Tip } from "./Tip";

interface ChangePillProps {
  change: Change;
  /** Which direction is good news; without one a change has no colour. */
  good?: "up" | "down" | undefined;
  /** False where chance alone may explain the change: it is no news then. */
  sure: boolean;
}

interface ChangeMarkProps extends ChangePillProps {
  /** What the change is measured against. */
  against: string;
}

/** A change that says more when it is pointed at. */
export function ChangeMark({ against, ...pill }: ChangeMarkProps) {
  return (
    <Tip label={changeWords(pill, against)} focusable>
      <span>
        <ChangePill {...pill} />
      </span>
    </Tip>
  );
}

export function changeWords({ change, sure }: Omit<ChangePillProps, "good">, against: string): string {
  return `${change.text} ${against}${sure ? "" : "; chance may explain it"}`;
}

/** The change alone, with its direction as an arrow. */
export function ChangePill({ change, good, sure }: ChangePillProps) {
  const icon = change.direction === "up" ? "arrowUp" : change.direction === "down" ? "arrowDown" : null;
  return (
    <span className={`${classes.change} numeric`} data-news={newsOf({ change, good, sure })}>
      {icon && <Icon name={icon} size={12} />}
      {change.text}
    </span>
  );
}

/** Whether a change is good news, bad news, or none: chance alone may explain it, or nobody minds. */
export function newsOf({ change, good, sure }: ChangePillProps): "good" | "bad" | "none" {
  if (change.direction === "same" || !good || !sure) return "none";
  return change.direction === good ? "good" : "bad";
}

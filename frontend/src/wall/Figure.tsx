import type { ReactNode } from "react";
import type { Change } from "../lib/format";
import { newsOf } from "../ui/ChangeMark";
import { Icon } from "../ui/Icon";
import classes from "./Figure.module.css";

interface FigureProps {
  title: string;
  value: string;
  change: Change | null | undefined;
  good?: "up" | "down" | undefined;
  sure: boolean;
}

/** One number that is read from across the room. */
export function Figure({ title, value, ...moved }: FigureProps) {
  return (
    <div className={`${classes.figure} numeric`}>
      <dt>{title}</dt>
      <dd>
        <span className={classes.value}>{value}</span>
        <Moved {...moved} />
      </dd>
    </div>
  );
}

interface MovedProps extends Pick<FigureProps, "change" | "good" | "sure"> {
  children?: ReactNode;
}

/** How it has changed: an arrow and its size, coloured where it is news. */
export function Moved({ change, good, sure, children }: MovedProps) {
  if (!change) return null;
  const { direction, text } = change;
  return (
    <span className={classes.moved} data-news={newsOf({ change, good, sure })}>
      {direction !== "same" && <Icon name={direction === "up" ? "arrowUp" : "arrowDown"} size={40} />}
      {text}
      {children}
    </span>
  );
}

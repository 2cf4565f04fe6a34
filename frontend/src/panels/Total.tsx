import { Skeleton } from "@mantine/core";
import { lazy, type ReactNode } from "react";
import type { Change } from "../lib/format";
import { About } from "../ui/About";
import { ChangePill, changeWords } from "../ui/ChangeMark";
import { Icon, type IconName } from "../ui/Icon";
import { Tip } from "../ui/Tip";
import classes from "./Total.module.css";
import type { TotalTitle } from "./TotalAbout";

const TotalAbout = lazy(() => import("./TotalAbout"));

interface TotalProps {
  title: TotalTitle;
  value: string;
  exact: string;
  unit?: string;
  icon?: IconName;
  tone?: "positive" | "neutral" | "negative";
  change: Change | null;
  /** Which direction is good news; without one a change has no colour. */
  good?: "up" | "down";
  /** False where chance alone may explain the change: it is no news then. */
  sure?: boolean;
  against: string;
  note: ReactNode;
  spark?: ReactNode;
  testId?: string;
}

/** One headline number with its change, and the shape of the range behind it. */
export function Total({
  title,
  value,
  exact,
  unit,
  icon,
  tone,
  change,
  good,
  sure = true,
  against,
  note,
  spark,
  testId,
}: TotalProps) {
  return (
    <div className={classes.card} data-tone={tone}>
      <div className={classes.title}>
        {icon && <Icon name={icon} size={15} />}
        <h2>{title}</h2>
        <span className={classes.about} data-no-picture="">
          <About title={title}>
            <TotalAbout title={title} />
          </About>
        </span>
      </div>
      <Tip label={change ? `${exact}\n${changeWords({ change, sure }, against)}` : exact} focusable>
        <div className={classes.figure}>
          <p className={`${classes.value} numeric`} data-testid={testId}>
            {value}
            {unit && <span className={classes.unit}>{unit}</span>}
          </p>
          {change && <ChangePill change={change} good={good} sure={sure} />}
        </div>
      </Tip>
      <div className={classes.note}>{note}</div>
      {spark && <div className={classes.spark}>{spark}</div>}
    </div>
  );
}

export function TotalSkeleton({ title }: { title: string }) {
  return <Skeleton className={classes.card} role="img" aria-label={`Loading ${title}`} />;
}

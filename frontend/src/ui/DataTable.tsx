import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

/** A table of numbers that scrolls sideways by itself where the window is narrow. */
export function DataTable({
  label,
  testId,
  numbers = false,
  children,
}: {
  label: string;
  testId?: string;
  /** Every column but the first holds numbers: their digits stand below each other. */
  numbers?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus
    <section className={classes.scroll} tabIndex={0} aria-label={`${label}, table`} data-testid={testId}>
      <table className={`${classes.table} numeric`} data-numbers={numbers || undefined}>
        {children}
      </table>
    </section>
  );
}

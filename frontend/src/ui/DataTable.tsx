import { Children, type ReactNode, type Ref } from "react";
import classes from "./DataTable.module.css";

/** A table of numbers that scrolls sideways by itself where the window is narrow. */
export function DataTable({
  label,
  columns,
  testId,
  numbers = false,
  list,
  children,
}: {
  label: string;
  /** Their heads. */
  columns: readonly ReactNode[];
  testId?: string;
  /** Every column but the first holds numbers: their digits stand below each other. */
  numbers?: boolean;
  /** For useListKeys, which goes from row to row. */
  list?: Ref<HTMLTableSectionElement>;
  /** The rows. */
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus
    <section className={classes.scroll} tabIndex={0} aria-label={`${label}, table`} data-testid={testId}>
      <table className={`${classes.table} numeric`} data-numbers={numbers || undefined}>
        <thead>
          <tr>
            {Children.map(columns, (head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody ref={list}>{children}</tbody>
      </table>
    </section>
  );
}

import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import type { Table } from "../lib/table";
import { About } from "./About";
import form from "./Form.module.css";
import panelClasses from "./Panel.module.css";
import { PanelMenu } from "./PanelMenu";
import classes from "./Strip.module.css";
import { usePanelFrame } from "./usePanelFrame";

interface StripProps<T> {
  title: string;
  /** What is shown and how it is counted, for the info sign. */
  about: ReactNode;
  query: UseQueryResult<T>;
  csv(data: T): Table;
  testId: string;
  children(data: T): ReactNode;
}

/** A panel of one line. */
export function Strip<T>({ title, about, query, csv, testId, children }: StripProps<T>) {
  const id = useId();
  const { panel, full, toggle, frame } = usePanelFrame();
  const { data, isError, error } = query;
  return (
    <section
      {...frame}
      className={`${panelClasses.panel} ${classes.strip} numeric`}
      aria-labelledby={id}
      data-testid={testId}
    >
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        <span data-no-picture="">
          <About title={title}>{about}</About>
        </span>
      </div>
      {data !== undefined ? (
        children(data)
      ) : isError ? (
        <p className={classes.failure} role="alert">
          This could not be loaded: {error.message}
          <button type="button" className={form.button} onClick={() => void query.refetch()}>
            Try again
          </button>
        </p>
      ) : (
        <p className={classes.loading}>Adding up…</p>
      )}
      <div className={classes.menu}>
        <PanelMenu
          title={title}
          panel={panel}
          readAt={query.dataUpdatedAt}
          csv={data && (() => csv(data))}
          full={full}
          onFull={toggle}
        />
      </div>
    </section>
  );
}

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Filters } from "../lib/filters";
import type { Range } from "../lib/range";
import classes from "./Wallboard.module.css";

/** What every scene looks at. */
export interface SceneProps {
  range: Range;
  filters: Filters;
  compare: boolean;
}

interface SceneBodyProps<T> {
  query: UseQueryResult<T>;
  isEmpty(data: T): boolean;
  empty: string;
  children(data: T): ReactNode;
}

/** The data, or in large letters why there are none; what was read once stays while it cannot be read again. */
export function SceneBody<T>({ query, isEmpty, empty, children }: SceneBodyProps<T>) {
  if (query.data === undefined)
    return (
      <p className={classes.nothing}>
        {query.isError ? `This could not be loaded: ${query.error.message}` : "Loading…"}
      </p>
    );
  return isEmpty(query.data) ? <p className={classes.nothing}>{empty}</p> : children(query.data);
}

import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type CSSProperties, type ReactNode, useId } from "react";
import { formatAgo } from "../lib/format";
import type { Table } from "../lib/table";
import { About } from "./About";
import { Icon } from "./Icon";
import classes from "./Panel.module.css";
import { PanelMenu } from "./PanelMenu";
import { Timestamp } from "./Timestamp";
import { FullScreen } from "./useFullScreen";
import { useNow } from "./useNow";
import { usePanelFrame } from "./usePanelFrame";

interface PanelProps {
  title: string;
  /** What is shown and how it is counted, for the info sign. */
  about: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** What the panel shows; its age stands in the header. */
  query?: Pick<UseQueryResult, "dataUpdatedAt">;
  /** What is shown, as rows to export; asked for when somebody exports. */
  csv?: (() => Table) | undefined;
  /** A drawing that takes all the room there is in full screen; anything else is enlarged. */
  fills?: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** The frame of everything on the screen: a titled region that explains itself, and can be taken away. */
export function Panel({
  title,
  about,
  subtitle,
  actions,
  query,
  csv,
  fills,
  className,
  children,
}: PanelProps) {
  const id = useId();
  const { panel, full, toggle, frame } = usePanelFrame();
  return (
    <section
      {...frame}
      className={`${classes.panel} ${className ?? ""}`}
      aria-labelledby={id}
      data-fills={fills || undefined}
    >
      <header className={classes.header}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        <span data-no-picture="">
          <About title={title}>{about}</About>
        </span>
        {subtitle && <span className={classes.subtitle}>{subtitle}</span>}
        <div className={classes.actions}>
          {actions && (
            <div className={classes.choices} data-no-picture="">
              {actions}
            </div>
          )}
          <PanelMenu
            title={title}
            panel={panel}
            readAt={query?.dataUpdatedAt ?? 0}
            csv={csv}
            full={full}
            onFull={toggle}
          />
        </div>
      </header>
      <FullScreen value={full}>{children}</FullScreen>
    </section>
  );
}

interface PanelBodyProps<T> {
  query: UseQueryResult<T>;
  /** Room kept while loading and when empty, so that nothing jumps. */
  height: number;
  /** Made of lines, which take less of it where the density is compact. */
  lines?: boolean;
  isEmpty(data: T): boolean;
  empty: ReactNode;
  children(data: T): ReactNode;
}

/** Loading, error, empty or the data; an error keeps the last data and says how old it is. */
export function PanelBody<T>({ query, height, lines, isEmpty, empty, children }: PanelBodyProps<T>) {
  const room = { "--room": `${height}px` } as CSSProperties;
  if (query.data === undefined) {
    return (
      <div className={classes.body} style={room} data-lines={lines || undefined}>
        {query.isError ? (
          <Failure error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Skeleton height="var(--high)" radius="md" role="img" aria-label="Loading" />
        )}
      </div>
    );
  }
  return (
    <div
      className={classes.body}
      style={room}
      data-lines={lines || undefined}
      data-stale={query.isError || undefined}
    >
      {query.isError && <Behind since={query.dataUpdatedAt} retry={() => void query.refetch()} />}
      {isEmpty(query.data) ? <div className={classes.empty}>{empty}</div> : children(query.data)}
    </div>
  );
}

/** What went wrong, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry(): void }) {
  return (
    <div className={classes.failure} role="alert">
      <Icon name="alert" size={20} />
      <p>
        <strong>This could not be loaded.</strong>
        <br />
        {error.message}
      </p>
      <button type="button" className={classes.retry} onClick={retry}>
        <Icon name="refresh" size={14} /> Try again
      </button>
    </div>
  );
}

function Behind({ since, retry }: { since: number; retry(): void }) {
  const now = useNow(1_000);
  return (
    <p className={classes.behind} data-fresh="">
      <Icon name="clock" size={13} /> as of <Timestamp at={since} write={(ms) => formatAgo(ms, now)} fact />
      <button type="button" onClick={retry}>
        Retry
      </button>
    </p>
  );
}

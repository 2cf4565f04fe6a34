import { ActionIcon } from "@mantine/core";
import { lazy, type RefObject, Suspense, useEffect, useId, useRef, useState } from "react";
import { formatAgo } from "../lib/format";
import type { Table } from "../lib/table";
import { Icon } from "./Icon";
import classes from "./PanelMenu.module.css";
import { Timestamp } from "./Timestamp";
import { useNow } from "./useNow";

const PanelActions = lazy(() => import("./PanelActions"));

interface PanelMenuProps {
  title: string;
  panel: RefObject<HTMLElement | null>;
  /** When what is shown was read, in ms since 1970; 0 while nothing was. */
  readAt: number;
  csv: (() => Table | Promise<Table>) | undefined;
  full: boolean;
  onFull(): void;
}

/** How old the data is, and a menu, whose code comes when somebody reaches for it. */
export function PanelMenu({ title, panel, readAt, csv, full, onFull }: PanelMenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [wanted, setWanted] = useState(false);
  const [opened, setOpened] = useState(false);
  // What had the focus in full screen, the way out of it, is gone.
  const wasFull = useRef(full);
  useEffect(() => {
    if (wasFull.current && !full) button.current?.focus({ preventScroll: true });
    wasFull.current = full;
  }, [full]);
  return (
    <div className={classes.tools} data-no-picture="">
      {failure !== null && (
        <span className={classes.failure} role="alert">
          {failure}
        </span>
      )}
      {readAt > 0 && <Age readAt={readAt} />}
      <ActionIcon
        ref={button}
        id={`${id}-target`}
        variant="subtle"
        color="gray"
        size={30}
        aria-label={`${title}: more`}
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-controls={opened ? `${id}-dropdown` : undefined}
        onPointerEnter={() => setWanted(true)}
        onClick={() => {
          setWanted(true);
          setOpened(!opened);
        }}
        onKeyDown={({ key }) => key === "Escape" && opened && setOpened(false)}
      >
        <Icon name="more" size={16} />
      </ActionIcon>
      {wanted && (
        <Suspense>
          <PanelActions
            id={id}
            anchor={button}
            opened={opened}
            onChange={setOpened}
            title={title}
            panel={panel}
            readAt={readAt}
            csv={csv}
            full={full}
            onFull={onFull}
            onFailure={setFailure}
          />
        </Suspense>
      )}
      {full && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={30}
          aria-label="Leave full screen (Esc)"
          onClick={onFull}
          data-autofocus
        >
          <Icon name="close" size={17} />
        </ActionIcon>
      )}
    </div>
  );
}

function Age({ readAt }: { readAt: number }) {
  const age = formatAgo(readAt, Math.max(readAt, useNow(1_000)));
  return (
    <span className={`${classes.age} numeric`} data-testid="panel-age">
      <Timestamp at={readAt} write={() => (age === "now" ? "now" : `as of ${age}`)} />
    </span>
  );
}

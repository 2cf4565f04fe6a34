import { ActionIcon, Menu } from "@mantine/core";
import { type RefObject, useState } from "react";
import { formatAgo, formatLocal, formatUtc } from "../lib/format";
import { fileName, type Table, toCsv } from "../lib/table";
import { download } from "./download";
import { Icon } from "./Icon";
import classes from "./PanelMenu.module.css";
import { pictureOf } from "./picture";
import { useNow } from "./useNow";

interface PanelMenuProps {
  title: string;
  panel: RefObject<HTMLElement | null>;
  /** When what is shown was read, in ms since 1970; 0 while nothing was. */
  readAt: number;
  csv: (() => Table) | undefined;
  full: boolean;
  onFull(): void;
}

/** How old the data is, and what to do with the panel as a whole. */
export function PanelMenu({ title, panel, readAt, csv, full, onFull }: PanelMenuProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const picture = async () => {
    if (panel.current === null) return;
    setFailure(null);
    try {
      download(await pictureOf(panel.current), fileName(title, "png", Date.now()));
    } catch (error) {
      setFailure(`No picture could be made: ${error instanceof Error ? error.message : "unknown error"}`);
    }
  };
  const table = () => {
    if (csv)
      download(
        new Blob([toCsv(csv())], { type: "text/csv;charset=utf-8" }),
        fileName(title, "csv", Date.now()),
      );
  };
  return (
    <div className={classes.tools} data-no-picture="">
      {failure !== null && (
        <span className={classes.failure} role="alert">
          {failure}
        </span>
      )}
      {readAt > 0 && <Age readAt={readAt} />}
      <Menu position="bottom-end" shadow="md" width={190} withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={30}
            aria-label={`${title}: more`}
            data-autofocus={full || undefined}
          >
            <Icon name="more" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="image" size={15} />} onClick={() => void picture()}>
            Export PNG
          </Menu.Item>
          {csv && (
            <Menu.Item leftSection={<Icon name="table" size={15} />} onClick={table}>
              Export CSV
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Icon name={full ? "shrink" : "expand"} size={15} />} onClick={onFull}>
            {full ? "Leave full screen" : "Full screen"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {full && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={30}
          aria-label="Leave full screen (Esc)"
          onClick={onFull}
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
    <time
      className={`${classes.age} numeric`}
      dateTime={new Date(readAt).toISOString()}
      title={`Read ${formatLocal(readAt)} · ${formatUtc(readAt)}`}
      data-testid="panel-age"
    >
      {age === "now" ? "now" : `as of ${age}`}
    </time>
  );
}

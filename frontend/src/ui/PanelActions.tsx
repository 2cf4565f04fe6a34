import { ActionIcon, Menu } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { formatLocal, formatUtc } from "../lib/format";
import { fileName, type Table, toCsv } from "../lib/table";
import { download } from "./download";
import { Icon } from "./Icon";
import { pictureOf } from "./picture";

export interface PanelActionsProps {
  title: string;
  panel: RefObject<HTMLElement | null>;
  /** In ms since 1970; 0 while nothing was read. */
  readAt: number;
  csv: (() => Table | Promise<Table>) | undefined;
  full: boolean;
  onFull(): void;
  /** What went wrong, in words; null when it is tried anew. */
  onFailure(words: string | null): void;
  /** Somebody asked for the menu before it was here. */
  openAtOnce: boolean;
}

/** What to do with a panel as a whole. */
export default function PanelActions(props: PanelActionsProps) {
  const { title, panel, readAt, csv, full, onFull, onFailure, openAtOnce } = props;
  const target = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  // The button that was pressed has just been replaced by this one.
  useEffect(() => {
    if (!openAtOnce) return;
    target.current?.focus({ preventScroll: true });
    setOpened(true);
  }, [openAtOnce]);
  // What had the focus in full screen, the way out of it, is gone.
  const wasFull = useRef(full);
  useEffect(() => {
    if (wasFull.current && !full) target.current?.focus({ preventScroll: true });
    wasFull.current = full;
  }, [full]);
  const save = async (ending: "png" | "csv", make: (panel: HTMLElement) => Promise<Blob>) => {
    if (panel.current === null) return;
    onFailure(null);
    try {
      download(await make(panel.current), fileName(title, ending, Date.now()));
    } catch (error) {
      onFailure(`Not exported: ${error instanceof Error ? error.message : "unknown error"}`);
    }
  };
  const written = async (table: Table | Promise<Table>) =>
    new Blob([toCsv(await table)], { type: "text/csv;charset=utf-8" });
  return (
    <Menu
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      shadow="md"
      width={190}
      // Within the page's landmark, and with nothing but items to stand on.
      portalProps={{ target: "#content" }}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <ActionIcon ref={target} variant="subtle" color="gray" size={30} aria-label={`${title}: more`}>
          <Icon name="more" size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {readAt > 0 && (
          <Menu.Label>
            Read {formatLocal(readAt)}
            <br />
            {formatUtc(readAt)}
          </Menu.Label>
        )}
        <Menu.Item leftSection={<Icon name="image" size={15} />} onClick={() => void save("png", pictureOf)}>
          Export PNG
        </Menu.Item>
        {csv && (
          <Menu.Item
            leftSection={<Icon name="table" size={15} />}
            onClick={() => void save("csv", () => written(csv()))}
          >
            Export CSV
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name={full ? "shrink" : "expand"} size={15} />} onClick={onFull}>
          {full ? "Leave full screen" : "Full screen"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

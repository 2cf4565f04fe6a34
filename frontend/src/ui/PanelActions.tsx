import { Menu } from "@mantine/core";
import type { RefObject } from "react";
import { formatLocal, formatUtc } from "../lib/format";
import { fileName, type Table, toCsv } from "../lib/table";
import { Anchor, useReady } from "./Anchor";
import { download } from "./download";
import { Icon } from "./Icon";
import { pictureOf } from "./picture";

export interface PanelActionsProps {
  id: string;
  /** The button that opens it, which was on the page before. */
  anchor: RefObject<HTMLElement | null>;
  opened: boolean;
  onChange(opened: boolean): void;
  title: string;
  panel: RefObject<HTMLElement | null>;
  /** In ms since 1970; 0 while nothing was read. */
  readAt: number;
  csv: (() => Table | Promise<Table>) | undefined;
  full: boolean;
  onFull(): void;
  /** What went wrong, in words; null when it is tried anew. */
  onFailure(words: string | null): void;
}

/** What to do with a panel as a whole. */
export default function PanelActions(props: PanelActionsProps) {
  const { id, anchor, opened, onChange, title, panel, readAt, csv, full, onFull, onFailure } = props;
  const ready = useReady();
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
      id={id}
      opened={opened && ready}
      onChange={onChange}
      position="bottom-end"
      shadow="md"
      width={190}
      // Within the page's landmark, and with nothing but items to stand on.
      portalProps={{ target: "#content" }}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <Anchor element={anchor} />
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

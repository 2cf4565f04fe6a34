import { Combobox, Kbd, Modal, TextInput, useCombobox } from "@mantine/core";
import "@mantine/core/styles/Combobox.css";
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { type Command, grouped, isSearch, matching } from "../lib/commands";
import classes from "./CommandPalette.module.css";
import { Icon } from "./Icon";
import { useCommands } from "./useCommands";
import type { FilterControls } from "./useFilters";

interface PaletteProps {
  controls: FilterControls;
  onClose(): void;
  onHelp(): void;
}

/** Everything by name: type some of it, Enter does it. */
export default function CommandPalette({ controls, onClose, onHelp }: PaletteProps) {
  const [text, setText] = useState("");
  const combobox = useCombobox({ opened: true });
  const commands = useCommands(controls, onHelp);
  const search = useSearchCommand(text);
  const found = [...matching(commands, text), ...(search ? [search] : [])];
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed changes what comes first
  useEffect(() => {
    combobox.selectFirstOption();
  }, [text, found.length]);
  const run = (id: string) => {
    onClose();
    found.find((command) => command.id === id)?.run();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      title="Commands"
      classNames={{ header: classes.header ?? "", body: classes.body ?? "" }}
      size={560}
      yOffset="12vh"
      data-testid="palette"
    >
      <Combobox store={combobox} onOptionSubmit={run}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            size="md"
            variant="unstyled"
            className={classes.input}
            leftSection={<Icon name="search" size={17} />}
            placeholder="Go to, filter, search…"
            aria-label="Command"
            value={text}
            maxLength={200}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options className={classes.options} aria-label="Commands" tabIndex={0}>
          {grouped(found).map(([group, members]) => (
            <Combobox.Group key={group} label={group} classNames={{ groupLabel: classes.group ?? "" }}>
              {members.map((command) => (
                <Combobox.Option key={command.id} value={command.id} className={classes.option}>
                  <span>{command.title}</span>
                  {command.key && <Kbd size="xs">{command.key}</Kbd>}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
          {found.length === 0 && <Combobox.Empty>No command matches.</Combobox.Empty>}
        </Combobox.Options>
      </Combobox>
    </Modal>
  );
}

function useSearchCommand(text: string): Command | null {
  const navigate = useNavigate();
  const { search } = useLocation();
  if (!isSearch(text)) return null;
  const words = text.trim();
  const parameters = new URLSearchParams(search);
  parameters.set("q", words);
  parameters.delete("post");
  return {
    id: "search",
    group: "Search",
    title: `Posts with “${words}”`,
    run: () => void navigate({ pathname: "/posts", search: parameters.toString() }),
  };
}

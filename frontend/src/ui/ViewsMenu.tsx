import { ActionIcon, Popover } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Icon } from "./Icon";

const SavedViews = lazy(() => import("./SavedViews"));

/** The saved views behind one button; their code comes when it is first pressed. */
export function ViewsMenu() {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      shadow="md"
      width={340}
      trapFocus
      withinPortal
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          title="Saved views"
          aria-label="Saved views"
          onClick={() => setOpen((now) => !now)}
        >
          <Icon name="bookmark" size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Suspense fallback={<p role="status">Reading…</p>}>
          <SavedViews close={() => setOpen(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

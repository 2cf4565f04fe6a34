import { ActionIcon } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Icon } from "./Icon";
import { Popup } from "./Popup";

const SavedViews = lazy(() => import("./SavedViews"));

/** The saved views behind one button; their code comes when it is first pressed. */
export function ViewsMenu() {
  const [open, setOpen] = useState(false);
  return (
    <Popup
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={340}
      trapFocus
      target={
        <ActionIcon variant="subtle" color="gray" size={36} title="Saved views" aria-label="Saved views">
          <Icon name="bookmark" size={18} />
        </ActionIcon>
      }
    >
      <Suspense fallback={<p role="status">Loading…</p>}>
        <SavedViews close={() => setOpen(false)} />
      </Suspense>
    </Popup>
  );
}

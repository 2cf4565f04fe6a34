import { ActionIcon, Popover } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./About.module.css";
import { Icon } from "./Icon";

/** The info sign beside a title: what the number is and how to read it. */
export function About({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Popover width={280} position="bottom-start" shadow="md" withinPortal>
      <Popover.Target>
        <ActionIcon variant="transparent" size={24} className={classes.about} aria-label={`About ${title}`}>
          <Icon name="info" size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.explanation}>{children}</Popover.Dropdown>
    </Popover>
  );
}

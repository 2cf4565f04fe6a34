import { ActionIcon } from "@mantine/core";
import { type ReactNode, useState } from "react";
import classes from "./About.module.css";
import { Icon } from "./Icon";
import { Popup } from "./Popup";

/** The info sign beside a title: what the number is and how to read it. */
export function About({ title, children }: { title: string; children: ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popup
      opened={opened}
      onChange={setOpened}
      width={280}
      position="bottom-start"
      className={classes.explanation}
      target={
        <ActionIcon variant="transparent" size={24} className={classes.about} aria-label={`About ${title}`}>
          <Icon name="info" size={15} />
        </ActionIcon>
      }
    >
      {children}
    </Popup>
  );
}

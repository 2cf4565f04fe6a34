import { ActionIcon } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import classes from "./CopyLine.module.css";
import { Icon } from "./Icon";

/** A command to run, with a button that copies it; `what` names a text too long to be read out. */
export function CopyLine({ text, what = text }: { text: string; what?: string }) {
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <div className={classes.line}>
      {/* Scrolls sideways on a phone, so the keyboard has to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
      <code className={classes.text} tabIndex={0}>
        {text}
      </code>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        onClick={() => clipboard.copy(text)}
        aria-label={clipboard.copied ? "Copied" : `Copy: ${what}`}
      >
        <Icon name={clipboard.copied ? "check" : "copy"} size={15} />
      </ActionIcon>
    </div>
  );
}

import { useState } from "react";
import { useReplay } from "../api/replays";
import type { DeadLetter as Letter } from "../api/types";
import { plural } from "../lib/format";
import { CopyLine } from "../ui/CopyLine";
import { Icon } from "../ui/Icon";
import { Timestamp } from "../ui/Timestamp";
import classes from "./DeadLetters.module.css";

/** One entry that could not be accepted: what arrived, why not, and a way to send it again. */
export function DeadLetter({ letter, row }: { letter: Letter; row: number }) {
  return (
    <li data-row={row} data-testid="dead-letter">
      <details className={classes.letter}>
        <summary data-row-focus>
          <span className={classes.reason}>{letter.reason}</span>
          <span className={`${classes.origin} numeric`}>
            {letter.connector}
            {letter.position && `, ${letter.position}`}, {plural(letter.attempts, "attempt")},{" "}
            <Timestamp at={letter.dead_at} />
            {letter.replayed_at && <Sent at={letter.replayed_at} />}
          </span>
        </summary>
        {letter.replayed_at ? (
          <CopyLine text={letter.raw} what="what arrived" />
        ) : (
          <Mend id={letter.id} raw={letter.raw} />
        )}
      </details>
    </li>
  );
}

function Sent({ at }: { at: string }) {
  return (
    <span className={classes.sent}>
      <Icon name="check" size={12} /> sent again <Timestamp at={at} />
    </span>
  );
}

function Mend({ id, raw }: { id: number; raw: string }) {
  const [text, setText] = useState(raw);
  const replay = useReplay(id);
  return (
    <form
      className={classes.mend}
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate(text === raw ? null : text);
      }}
    >
      <textarea
        aria-label="What arrived, to be mended"
        rows={Math.min(12, 2 + text.split("\n").length + Math.floor(text.length / 90))}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.send}>
        <button type="submit" className={classes.more} disabled={replay.isPending || replay.isSuccess}>
          {replay.isPending ? "Sending…" : text === raw ? "Send again as it is" : "Send again as mended"}
        </button>
        {text !== raw && (
          <button type="button" className={classes.more} onClick={() => setText(raw)}>
            As it arrived
          </button>
        )}
        {replay.isError && (
          <span className={classes.refused} role="alert">
            <Icon name="alert" size={13} /> {replay.error.message}
          </span>
        )}
      </div>
    </form>
  );
}

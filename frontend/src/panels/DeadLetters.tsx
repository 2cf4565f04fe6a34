import { useRef, useState } from "react";
import { useDeadLetters } from "../api/hooks";
import { useReplayMany } from "../api/replays";
import type { DeadLetter as Letter } from "../api/types";
import { plural } from "../lib/format";
import { tableOfFields } from "../lib/table";
import { Panel, PanelBody } from "../ui/Panel";
import { useListKeys } from "../ui/useListKeys";
import { DeadLetter } from "./DeadLetter";
import classes from "./DeadLetters.module.css";

const FIRST = 20;
const MOST = 200;
const HEIGHT = 140;
const COLUMNS = [
  "id",
  "entry_id",
  "connector",
  "position",
  "reason",
  "attempts",
  "dead_at",
  "replayed_at",
  "raw",
] as const;

/** What could not be accepted, with the reason and all that arrived. */
export function DeadLetters() {
  const [limit, setLimit] = useState(FIRST);
  const query = useDeadLetters(limit);
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.letters.length ?? 0);
  return (
    <Panel
      title="Dead letters"
      about="Entries that could not become posts, newest first, as they arrived. Nothing is thrown away: mended here, each can be sent again, once; it is then received once more, as any post."
      query={query}
      csv={query.data && (() => tableOfFields(query.data.letters, COLUMNS))}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(data) => data.letters.length === 0}
        empty="None. Everything that arrived could be read."
      >
        {(data) => (
          <>
            <SendAll letters={data.letters.filter((letter) => letter.replayed_at === null)} />
            <ul ref={list} className={classes.letters} data-testid="dead-letters">
              {data.letters.map((letter, row) => (
                <DeadLetter key={letter.id} letter={letter} row={row} />
              ))}
            </ul>
            {data.hasMore && limit < MOST && (
              <button type="button" className={classes.more} onClick={() => setLimit(MOST)}>
                Show more
              </button>
            )}
          </>
        )}
      </PanelBody>
    </Panel>
  );
}

/** The letters shown, again as they arrived: for when what made them fail was not in them. */
function SendAll({ letters }: { letters: Letter[] }) {
  const [sure, setSure] = useState(false);
  const replay = useReplayMany();
  const run = () => {
    setSure(false);
    replay.mutate(letters.map(({ id }) => id));
  };
  if (letters.length < 2 && !replay.isSuccess) return null;
  return (
    <div className={classes.send}>
      {sure ? (
        <>
          <strong>Send {plural(letters.length, "letter")} again, as they arrived?</strong>
          <button type="button" className={classes.more} onClick={run}>
            Send {plural(letters.length, "letter")}
          </button>
          <button type="button" className={classes.more} onClick={() => setSure(false)}>
            Cancel
          </button>
        </>
      ) : (
        letters.length > 1 && (
          <button
            type="button"
            className={classes.more}
            disabled={replay.isPending}
            onClick={() => setSure(true)}
          >
            Send all shown again
          </button>
        )
      )}
      <span aria-live="polite">
        {replay.isSuccess &&
          `${plural(replay.data.sent, "letter")} sent again${replay.data.failures > 0 ? `, ${replay.data.failures} still cannot be accepted` : ""}`}
        {replay.isError && `Not sent: ${replay.error.message}`}
      </span>
    </div>
  );
}

import { useRef, useState } from "react";
import { useDeadLetters } from "../api/hooks";
import type { DeadLetter } from "../api/types";
import { formatDayAndTime, formatUtc, plural } from "../lib/format";
import { CopyLine } from "../ui/CopyLine";
import { Panel, PanelBody } from "../ui/Panel";
import { useListKeys } from "../ui/useListKeys";
import classes from "./DeadLetters.module.css";

const FIRST = 20;
const MOST = 200;
const HEIGHT = 140;

/** What could not be accepted, with the reason and all that arrived. */
export function DeadLetters() {
  const [limit, setLimit] = useState(FIRST);
  const query = useDeadLetters(limit);
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.letters.length ?? 0);
  return (
    <Panel
      title="Dead letters"
      about="Entries that could not become posts, newest first, as they arrived. Nothing is thrown away: mended, they can be sent again over HTTP."
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(data) => data.letters.length === 0}
        empty="None: everything that arrived could be read."
      >
        {(data) => (
          <>
            <ul ref={list} className={classes.letters} data-testid="dead-letters">
              {data.letters.map((letter, row) => (
                <Letter key={letter.id} letter={letter} row={row} />
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

function Letter({ letter, row }: { letter: DeadLetter; row: number }) {
  const moment = Date.parse(letter.dead_at);
  return (
    <li data-row={row}>
      <details className={classes.letter}>
        <summary data-row-focus>
          <span className={classes.reason}>{letter.reason}</span>
          <span className={`${classes.origin} numeric`}>
            {letter.connector}
            {letter.position && `, ${letter.position}`}, {plural(letter.attempts, "attempt")},{" "}
            <time dateTime={letter.dead_at} title={formatUtc(moment)}>
              {formatDayAndTime(moment)}
            </time>
          </span>
        </summary>
        <CopyLine text={letter.raw} what="what arrived" />
      </details>
    </li>
  );
}

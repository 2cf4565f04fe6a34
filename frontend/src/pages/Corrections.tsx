import { useRef, useState } from "react";
import { type CorrectionLine, useCorrections } from "../api/corrections";
import { titleOf } from "../lib/format";
import type { Table } from "../lib/table";
import { became } from "../panels/Relabel";
import { DataTable } from "../ui/DataTable";
import { PageTitle } from "../ui/PageTitle";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useListKeys } from "../ui/useListKeys";
import { usePost } from "../ui/usePost";
import classes from "./Corrections.module.css";

const FIRST = 50;
const MOST = 1_000;
const HEIGHT = 320;
const COLUMNS = ["when", "by", "post", "it read", "by model", "became", "note"];

/** What people said of posts and took back; all that stands is a labelled set to download. */
export default function Corrections() {
  const [limit, setLimit] = useState(FIRST);
  const [, open] = usePost();
  const query = useCorrections(limit);
  const list = useRef<HTMLTableSectionElement>(null);
  useListKeys(list, query.data?.lines.length ?? 0);
  return (
    <>
      <PageTitle>Corrections</PageTitle>
      <Panel
        title="Corrections"
        about="What people said of posts, newest first. What stands wins over every model; the labelled set is what sentistream evaluate measures by and training learns from."
        query={query}
        csv={query.data && (() => tableOf(query.data.lines))}
        actions={
          <>
            <a className={classes.download} href="/api/v1/corrections/export" download>
              Labelled set (JSON lines)
            </a>
            <a className={classes.download} href="/api/v1/corrections/export?format=csv" download>
              CSV
            </a>
          </>
        }
      >
        <PanelBody
          query={query}
          height={HEIGHT}
          isEmpty={(data) => data.lines.length === 0}
          empty="No corrections yet. Open a post and press 1, 2 or 3 to say what it is."
        >
          {(data) => (
            <>
              <DataTable label="Corrections" testId="corrections" columns={COLUMNS} list={list}>
                {data.lines.map((line, row) => (
                  <tr key={line.number} data-row={row}>
                    <td>
                      <Timestamp at={line.corrected_at} />
                    </td>
                    <td>{line.corrected_by}</td>
                    <td>
                      <button
                        type="button"
                        data-row-focus=""
                        className={classes.open}
                        onClick={() => void open(line.post_key)}
                      >
                        {titleOf(line.source)} {line.post_id}
                      </button>
                    </td>
                    <td>{line.was.sentiment_label}</td>
                    <td>{line.was.model_name ?? "nobody"}</td>
                    <td>{became(line)}</td>
                    <td>{line.note}</td>
                  </tr>
                ))}
              </DataTable>
              {data.hasMore && limit < MOST && (
                <button type="button" className={classes.download} onClick={() => setLimit(MOST)}>
                  Show more
                </button>
              )}
            </>
          )}
        </PanelBody>
      </Panel>
    </>
  );
}

function tableOf(lines: readonly CorrectionLine[]): Table {
  return {
    columns: ["corrected_at", "corrected_by", "source", "post_id", "was", "model", "became", "note"],
    rows: lines.map((line) => [
      line.corrected_at,
      line.corrected_by,
      line.source,
      line.post_id,
      line.was.sentiment_label,
      line.was.model_name,
      became(line),
      line.note,
    ]),
  };
}

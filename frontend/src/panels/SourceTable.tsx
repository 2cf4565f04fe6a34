import { useSources } from "../api/hooks";
import type { SourceState } from "../api/types";
import { formatAgo, formatCount, formatUtc } from "../lib/format";
import { DataTable } from "../ui/DataTable";
import { Panel, PanelBody } from "../ui/Panel";
import { useNow } from "../ui/useNow";
import classes from "./SourceTable.module.css";

const HEIGHT = 120;
const STATE_TITLES: Record<SourceState["state"], string> = {
  running: "Running",
  waiting: "Waiting",
  standby: "Standing by",
  finished: "Finished",
  failed: "Failed",
  stopped: "Stopped",
};

/** Each source of this system: whether it runs, how fast, how far it is. */
export function SourceTable() {
  const query = useSources();
  return (
    <Panel
      title="Sources"
      about="What this process brings in by itself. Posts sent over HTTP are in the ledger under their connector. The rate is of the last minute."
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(sources) => sources.length === 0}
        empty="No source runs in this process. Posts can still be sent over HTTP."
      >
        {(sources) => (
          <DataTable label="Sources" testId="sources">
            <thead>
              <tr>
                <th scope="col">source</th>
                <th scope="col">state</th>
                <th scope="col">a minute</th>
                <th scope="col">brought in</th>
                <th scope="col">unreadable</th>
                <th scope="col">last post</th>
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <Row key={source.name} source={source} />
              ))}
            </tbody>
          </DataTable>
        )}
      </PanelBody>
    </Panel>
  );
}

function Row({ source }: { source: SourceState }) {
  const now = useNow(5_000);
  const brought = source.published + source.resumed;
  const last = source.last_post_at === null ? null : Date.parse(source.last_post_at);
  return (
    <tr>
      <th scope="row">{source.name}</th>
      <td>
        <span className={classes.state} data-state={source.state}>
          {STATE_TITLES[source.state]}
        </span>
        {source.error && <p className={classes.error}>{source.error}</p>}
      </td>
      <td>{formatCount(Math.round(source.rate_per_minute))}</td>
      <td>
        {formatCount(brought)}
        {source.total !== null && ` of ${formatCount(source.total)}`}
      </td>
      <td>{formatCount(source.invalid)}</td>
      <td>
        {last === null ? "–" : <time title={formatUtc(last)}>{formatAgo(last, Math.max(now, last))}</time>}
      </td>
    </tr>
  );
}

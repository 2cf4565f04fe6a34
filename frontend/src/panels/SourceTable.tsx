import { useSources } from "../api/hooks";
import { useHealth } from "../api/models";
import type { SourceState } from "../api/types";
import { formatAgo, formatCount } from "../lib/format";
import { behindWords, formatRate, sourceTable, streamWords } from "../lib/sources";
import { DataTable } from "../ui/DataTable";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import { SourceSwitch } from "./SourceSwitch";
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
  const health = useHealth();
  return (
    <Panel
      title="Sources"
      about="What this process brings in by itself. Posts sent over HTTP are in the ledger under their connector. Now is the mean of the last ten seconds. Behind is how old the newest post was that this run brought: of a file that is replayed with its own dates, that is its age and no fault. Then it waits in the stream until a worker has read it."
      subtitle={health.data && streamWords(health.data.lag)}
      query={query}
      csv={query.data && (() => sourceTable(query.data, Date.now()))}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(sources) => sources.length === 0}
        empty="No source runs in this process. Posts can still be sent over HTTP."
      >
        {(sources) => (
          <DataTable
            label="Sources"
            columns={[
              "source",
              "state",
              "now",
              "a minute",
              "behind",
              "brought in",
              "unreadable",
              "last post",
              "switch",
            ]}
            testId="sources"
          >
            {sources.map((source) => (
              <Row key={source.name} source={source} />
            ))}
          </DataTable>
        )}
      </PanelBody>
    </Panel>
  );
}

function Row({ source }: { source: SourceState }) {
  const now = useNow(5_000);
  const brought = source.published + source.resumed;
  const { newest_post_at: newest, last_post_at: last } = source;
  return (
    <tr>
      <th scope="row">{source.name}</th>
      <td>
        <span className={classes.state} data-state={source.state}>
          {STATE_TITLES[source.state]}
        </span>
        {source.error && <p className={classes.error}>{source.error}</p>}
      </td>
      <td>{formatRate(source.rate_per_second)}</td>
      <td>{formatCount(Math.round(source.rate_per_minute))}</td>
      <td>{newest === null ? "–" : <Timestamp at={newest} write={(ms) => behindWords(ms, now)} fact />}</td>
      <td>
        {formatCount(brought)}
        {source.total !== null && ` of ${formatCount(source.total)}`}
      </td>
      <td>{formatCount(source.invalid)}</td>
      <td>
        {last === null ? "–" : <Timestamp at={last} write={(ms) => formatAgo(ms, Math.max(now, ms))} fact />}
      </td>
      <td>
        <SourceSwitch source={source} />
      </td>
    </tr>
  );
}

import { type Agreement, isWorking, type Layer, type Pair, type Report, useComparison } from "../api/layers";
import { formatCount, languageOf, titleOf } from "../lib/format";
import type { Table } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Comparison.module.css";
import { type Cell, COMPARISON_HEIGHT, LABELS, sidesOf, useComparedCell } from "./compared";

interface ComparisonProps {
  pair: Pair;
  layers: readonly Layer[];
  setBeside(name: string | null): void;
}

/** A layer beside what counts, or beside another layer: how often they agree, and how the shares differ. */
export function Comparison({ pair, layers, setBeside }: ComparisonProps) {
  const { layer, beside } = pair;
  const query = useComparison(pair, isWorking(layer));
  const [cell, choose] = useComparedCell();
  const others = layers.filter(({ name }) => name !== layer.name);
  return (
    <Panel
      title={beside ? `${layer.name} beside ${beside.name}` : `What would change with ${layer.name}`}
      about="Over texts that both have read; a layer does not hold what its model had read before. Beside what counts, posts that somebody has corrected are told apart: there a person said what is right."
      query={query}
      csv={query.data && (() => confusionTable(query.data.report, sidesOf(pair)))}
      subtitle={!beside && layer.state === "promoted" ? "as it was before the promotion" : undefined}
      actions={
        others.length > 0 && (
          <label className={classes.beside}>
            Beside
            <select
              value={beside?.name ?? ""}
              onChange={(event) => setBeside(event.currentTarget.value || null)}
            >
              <option value="">what counts</option>
              {others.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )
      }
    >
      <PanelBody
        query={query}
        height={COMPARISON_HEIGHT}
        isEmpty={({ report }) => report.posts + report.corrected.posts === 0}
        empty="Nothing to compare yet: no post has both readings."
      >
        {({ report }) => <Figures report={report} sides={sidesOf(pair)} cell={cell} choose={choose} />}
      </PanelBody>
    </Panel>
  );
}

function confusionTable({ confusion }: Report, sides: readonly [string, string]): Table {
  return {
    columns: [...sides, "posts"],
    rows: LABELS.flatMap((now) => LABELS.map((label) => [now, label, confusion[now]?.[label] ?? 0])),
  };
}

const percent = (share: number | null) => (share === null ? "–" : `${(share * 100).toFixed(1)}\u202f%`);

interface FiguresProps {
  report: Report;
  /** What the two that are compared are called. */
  sides: readonly [string, string];
  cell: Cell | null;
  choose(cell: Cell): void;
}

function Figures({ report, sides: [here, there], cell, choose }: FiguresProps) {
  const { corrected } = report;
  return (
    <div className={classes.figures} data-testid="comparison">
      <div>
        <p className={classes.agreement}>
          <strong className="numeric">{percent(report.agreement)}</strong> agreement over{" "}
          {formatCount(report.posts)} posts
        </p>
        {corrected.posts > 0 && (
          <p className={classes.note}>
            It says what people said of {formatCount(corrected.agreed)} of {formatCount(corrected.posts)}{" "}
            corrected posts.
          </p>
        )}
        <DataTable label={`Shares by ${here} and ${there}`} columns={["label", here, there]} numbers>
          {report.shifts.map((shift) => (
            <tr key={shift.label}>
              <th scope="row">{shift.label}</th>
              <td>{percent(shift.current_share)}</td>
              <td>{percent(shift.layer_share)}</td>
            </tr>
          ))}
        </DataTable>
      </div>
      <DataTable
        label={`Posts by ${here}, then by ${there}`}
        columns={[`${here}, then ${there}`, ...LABELS]}
        numbers
      >
        {LABELS.map((current) => (
          <tr key={current}>
            <th scope="row">{current}</th>
            {LABELS.map((label) => {
              const count = report.confusion[current]?.[label] ?? 0;
              const same = current === label;
              return (
                <td key={label} data-same={same || undefined}>
                  {same || count === 0 ? (
                    formatCount(count)
                  ) : (
                    <button
                      type="button"
                      className={classes.cell}
                      aria-pressed={cell?.current === current && cell.label === label}
                      aria-label={`${current} by ${here}, ${label} by ${there}: ${count}`}
                      onClick={() => choose({ current, label })}
                    >
                      {formatCount(count)}
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </DataTable>
      <Groups title="language" groups={report.languages} name={languageOf} />
      <Groups title="platform" groups={report.sources} name={titleOf} />
    </div>
  );
}

function Groups({
  title,
  groups,
  name,
}: {
  title: string;
  groups: Agreement[];
  name: (key: string) => string;
}) {
  return (
    <DataTable label={`Agreement by ${title}`} columns={[title, "posts", "agree"]} numbers>
      {groups.slice(0, 12).map((group) => (
        <tr key={group.key}>
          <th scope="row">{group.key === "unknown" ? "unknown" : name(group.key)}</th>
          <td>{formatCount(group.posts)}</td>
          <td>{percent(group.share)}</td>
        </tr>
      ))}
    </DataTable>
  );
}

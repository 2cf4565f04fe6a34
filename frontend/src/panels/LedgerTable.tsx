import { useLedger } from "../api/hooks";
import type { AccountTotals, Ledger } from "../api/types";
import { formatCount } from "../lib/format";
import { LEDGER_ABOUT, LEDGER_COLUMNS, OUTCOMES } from "../lib/ledger";
import { tableOfFields } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { LedgerEquation } from "./LedgerEquation";
import classes from "./LedgerTable.module.css";

const HEIGHT = 160;

/** By connector: what came in on the left, where each of them ended on the right. */
export function LedgerTable() {
  const query = useLedger();
  return (
    <Panel
      title="Ledger"
      about={LEDGER_ABOUT}
      query={query}
      csv={query.data && (() => tableOfFields(query.data.accounts, LEDGER_COLUMNS))}
      subtitle={query.data && <Verdict ledger={query.data} />}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(ledger) => ledger.accounts.length === 0}
        empty="Nothing has been received yet."
      >
        {(ledger) => (
          <div className={classes.account}>
            <LedgerEquation totals={ledger.total} />
            <DataTable label="Ledger by connector" testId="ledger-table" numbers>
              <thead>
                <tr>
                  <th scope="col">connector</th>
                  <th scope="col">received</th>
                  {OUTCOMES.map(({ name, title }) => (
                    <th key={name} scope="col">
                      {title}
                    </th>
                  ))}
                  <th scope="col">adds up</th>
                </tr>
              </thead>
              <tbody>
                {ledger.accounts.map((account) => (
                  <Row key={account.connector} name={account.connector} totals={account} />
                ))}
                {ledger.accounts.length > 1 && <Row name="all" totals={ledger.total} />}
              </tbody>
            </DataTable>
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function Row({ name, totals }: { name: string; totals: AccountTotals }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatCount(totals.received)}</td>
      {OUTCOMES.map((outcome) => (
        <td key={outcome.name} data-zero={totals[outcome.name] === 0 || undefined} className={classes.cell}>
          {formatCount(totals[outcome.name])}
        </td>
      ))}
      <td>{totals.balanced ? "yes" : "no"}</td>
    </tr>
  );
}

function Verdict({ ledger }: { ledger: Ledger }) {
  if (ledger.balanced) return <>{ledger.stable ? "adds up" : "adds up so far, posts are moving"}</>;
  return (
    <span className={classes.wrong} title={ledger.contradictions.join("\n")}>
      <Icon name="alert" size={14} /> does not add up: run sentistream doctor
    </span>
  );
}

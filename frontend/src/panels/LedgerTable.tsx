import { useLedger } from "../api/hooks";
import type { Ledger } from "../api/types";
import { balanceWords, headsOf, LEDGER_ABOUT, LEDGER_COLUMNS, OUTCOMES } from "../lib/ledger";
import { tableOfFields } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { AccountRow } from "./AccountRow";
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
            <DataTable label="Ledger by connector" columns={headsOf(OUTCOMES)} testId="ledger-table" numbers>
              {ledger.accounts.map((account) => (
                <AccountRow
                  key={account.connector}
                  name={account.connector}
                  totals={account}
                  outcomes={OUTCOMES}
                />
              ))}
              {ledger.accounts.length > 1 && (
                <AccountRow name="all" totals={ledger.total} outcomes={OUTCOMES} />
              )}
            </DataTable>
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function Verdict({ ledger }: { ledger: Ledger }) {
  if (ledger.balanced) return <>{balanceWords(ledger)}</>;
  return (
    <span className={classes.wrong} title={ledger.contradictions.join("\n")}>
      <Icon name="alert" size={14} /> does not add up: run sentistream doctor
    </span>
  );
}

import { useState } from "react";
import { useLedger } from "../api/hooks";
import type { Account, Ledger } from "../api/types";
import { plural } from "../lib/format";
import { balanceWords, headsOf, LEDGER_ABOUT, LEDGER_COLUMNS, OUTCOMES } from "../lib/ledger";
import { tableOfFields } from "../lib/table";
import { Icon } from "../ui/Icon";
import { Popup } from "../ui/Popup";
import { Strip } from "../ui/Strip";
import { AccountRow } from "./AccountRow";
import { LedgerEquation } from "./LedgerEquation";
import classes from "./LedgerStrip.module.css";

/** The account of every entry: what came in stands against where it ended, and has to add up. */
export default function LedgerStrip() {
  return (
    <Strip
      title="Ledger"
      about={LEDGER_ABOUT}
      query={useLedger()}
      csv={({ accounts }) => tableOfFields(accounts, LEDGER_COLUMNS)}
      testId="ledger"
    >
      {(ledger) => (
        <>
          <LedgerEquation totals={ledger.total} />
          <Verdict ledger={ledger} />
          <Connectors accounts={ledger.accounts} />
        </>
      )}
    </Strip>
  );
}

function Verdict({ ledger }: { ledger: Ledger }) {
  if (!ledger.balanced) {
    return (
      <p className={classes.verdict} data-balanced="false" title={ledger.contradictions.join("\n")}>
        <Icon name="alert" size={15} /> does not add up: run <code>sentistream doctor</code>
      </p>
    );
  }
  return (
    <p className={classes.verdict} data-balanced="true">
      <Icon name="check" size={15} />
      {balanceWords(ledger)}, {plural(ledger.rows, "row")} stored
    </p>
  );
}

function Connectors({ accounts }: { accounts: readonly Account[] }) {
  const [open, setOpen] = useState(false);
  if (accounts.length === 0) return null;
  const outcomes = OUTCOMES.filter(
    ({ name, always }) => always || accounts.some((account) => account[name] > 0),
  );
  return (
    <Popup
      opened={open}
      onChange={setOpen}
      position="top-end"
      width="auto"
      trapFocus
      className={classes.dropdown}
      target={
        <button type="button" className={classes.more}>
          {plural(accounts.length, "connector")} <Icon name="up" size={13} />
        </button>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
      <div className={classes.scroll} tabIndex={0}>
        <table className={`${classes.table} numeric`}>
          <caption>By connector</caption>
          <thead>
            <tr>
              {headsOf(outcomes).map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <AccountRow
                key={account.connector}
                name={account.connector}
                totals={account}
                outcomes={outcomes}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Popup>
  );
}

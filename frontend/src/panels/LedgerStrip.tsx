import { useState } from "react";
import { useLedger } from "../api/hooks";
import type { Account, AccountTotals, Ledger } from "../api/types";
import { formatCount, plural } from "../lib/format";
import { LEDGER_ABOUT, LEDGER_COLUMNS, OUTCOMES } from "../lib/ledger";
import { tableOfFields } from "../lib/table";
import { Icon } from "../ui/Icon";
import { Popup } from "../ui/Popup";
import { Strip } from "../ui/Strip";
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
      {ledger.stable ? "adds up" : "adds up so far, posts are moving"}, {plural(ledger.rows, "row")} stored
    </p>
  );
}

function Connectors({ accounts }: { accounts: readonly Account[] }) {
  const [open, setOpen] = useState(false);
  if (accounts.length === 0) return null;
  const columns = OUTCOMES.filter(
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
              <th scope="col">connector</th>
              <th scope="col">received</th>
              {columns.map(({ name, title }) => (
                <th key={name} scope="col">
                  {title}
                </th>
              ))}
              <th scope="col">adds up</th>
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <ConnectorRow key={account.connector} account={account} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
    </Popup>
  );
}

function ConnectorRow({ account, columns }: { account: Account; columns: typeof OUTCOMES }) {
  return (
    <tr>
      <th scope="row">{account.connector}</th>
      <td>{formatCount(account.received)}</td>
      {columns.map(({ name }) => (
        <td key={name}>{formatCount((account as AccountTotals)[name])}</td>
      ))}
      <td>{account.balanced ? "yes" : "no"}</td>
    </tr>
  );
}

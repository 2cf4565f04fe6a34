import type { AccountTotals } from "../api/types";
import { formatCount } from "../lib/format";
import { outcomesOf } from "../lib/ledger";
import classes from "./LedgerEquation.module.css";

/** What came in, and where each of it ended: both sides are counted by themselves. */
export function LedgerEquation({ totals }: { totals: AccountTotals }) {
  return (
    <p className={`${classes.equation} numeric`} data-testid="ledger-equation">
      <Term title="received" value={totals.received} />
      <span className={classes.sign}>=</span>
      {outcomesOf(totals).map(({ name, title, value }, index) => (
        <span key={name} className={classes.part}>
          {index > 0 && <span className={classes.sign}>+</span>}
          <Term title={title} value={value} />
        </span>
      ))}
    </p>
  );
}

function Term({ title, value }: { title: string; value: number }) {
  return (
    <span className={classes.term}>
      <span className={classes.value}>{formatCount(value)}</span> {title}
    </span>
  );
}

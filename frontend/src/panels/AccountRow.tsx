import type { AccountTotals } from "../api/types";
import { formatCount } from "../lib/format";
import type { Outcome } from "../lib/ledger";

interface AccountRowProps {
  name: string;
  totals: AccountTotals;
  outcomes: readonly Outcome[];
}

/** What came in by a connector, and where each of it ended: one row below lib/ledger's headsOf. */
export function AccountRow({ name, totals, outcomes }: AccountRowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatCount(totals.received)}</td>
      {outcomes.map((outcome) => (
        <td key={outcome.name} data-zero={totals[outcome.name] === 0 || undefined}>
          {formatCount(totals[outcome.name])}
        </td>
      ))}
      <td>{totals.balanced ? "yes" : "no"}</td>
    </tr>
  );
}

import { DeadLetters } from "../panels/DeadLetters";
import { LedgerTable } from "../panels/LedgerTable";
import { SourceTable } from "../panels/SourceTable";
import { PageTitle } from "../ui/PageTitle";

/** What comes in, from where, how fast, and what became of every entry. */
export default function Sources() {
  return (
    <>
      <PageTitle>Sources and ledger</PageTitle>
      <SourceTable />
      <LedgerTable />
      <DeadLetters />
    </>
  );
}

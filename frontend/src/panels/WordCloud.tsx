import { useTerms } from "../api/places";
import { TermCloud } from "../charts/TermCloud";
import { shapeOf } from "../lib/range";
import { cloudSummary, sampleNote } from "../lib/terms";
import { Panel, PanelBody } from "../ui/Panel";
import { type TermsProps, tableOf } from "./Terms";

const WORDS = 45;

/** The terms most people use, at a glance. */
export default function WordCloud({ range, filters, onTerm }: TermsProps) {
  const terms = useTerms(range, filters, "people", WORDS);
  return (
    <Panel
      title="Word cloud"
      about="Up to 45 terms that most people use, as many as there is room for, counted as in Terms: the larger, the more people; blue and upright leans positive, red and italic negative. A click searches for the term; with the keyboard, use the list of Terms."
      subtitle={terms.data && sampleNote(terms.data)}
      query={terms}
      csv={terms.data && (() => tableOf(terms.data.items))}
    >
      <PanelBody
        query={terms}
        height={322}
        isEmpty={({ items }) => items.length === 0}
        empty={`No term is used by three people in the ${shapeOf(range).title}.`}
      >
        {({ items }) => <TermCloud terms={items} summary={cloudSummary(items)} onTerm={onTerm} />}
      </PanelBody>
    </Panel>
  );
}

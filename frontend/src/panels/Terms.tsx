import { SegmentedControl, VisuallyHidden } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { TERM_ORDERS, type Term, type TermOrder, useTerms } from "../api/places";
import { reachOfAll } from "../charts/DivergingBar";
import type { Filters } from "../lib/filters";
import { formatCompact, formatCount, formatScore, formatShare } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { FEW_POSTS } from "../lib/statistics";
import { type Table, tableOfFields } from "../lib/table";
import { sampleNote } from "../lib/terms";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { LeanRow } from "./LeanRow";
import rows from "./LeanRow.module.css";
import classes from "./Terms.module.css";

const ROWS = 10;
const ROW_HEIGHT = 30;

const parseOrder = parseAsStringLiteral(TERM_ORDERS).withDefault("people").withOptions({ history: "push" });

export interface TermsProps {
  range: Range;
  filters: Filters;
  onTerm(term: string): void;
}

/** What people talk about, how they feel about it, and what is new. A click searches for it. */
export default function Terms({ range, filters, onTerm }: TermsProps) {
  const [order, setOrder] = useQueryState("terms", parseOrder);
  const terms = useTerms(range, filters, order, ROWS);
  return (
    <Panel
      title="Terms"
      about={`Words, phrases and hashtags of the newest 5,000 posts that match; links, mentions, words that say nothing and what you search for are left out. Each author counts once a term. Rising: more frequent than in the same length of time before, by more than chance explains (log-odds with a Dirichlet prior, z above 2.58). Below ${FEW_POSTS} scored people a bar is hatched. A click searches for the term.`}
      subtitle={terms.data && sampleNote(terms.data)}
      query={terms}
      csv={terms.data && (() => tableOf(terms.data.items))}
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Which terms"
          data={[
            { value: "people", label: "Most used" },
            { value: "rising", label: "Rising" },
          ]}
          value={order}
          onChange={(value) => void setOrder(value as TermOrder)}
        />
      }
    >
      <PanelBody
        query={terms}
        height={ROWS * ROW_HEIGHT + 22}
        lines
        isEmpty={({ items }) => items.length === 0}
        empty={
          order === "rising"
            ? `Nothing is talked of more than in ${shapeOf(range).previous}.`
            : `No term is used by three people in the ${shapeOf(range).title}.`
        }
      >
        {({ items }) => (
          <div className={`${classes.table} numeric`} data-testid="terms">
            <div className={rows.head} aria-hidden="true">
              <span />
              <span className={rows.poles}>
                <span>negative</span>
                <span>positive</span>
              </span>
              <span>score</span>
              <span>people</span>
            </div>
            <ul className={rows.rows}>
              {items.map((term) => (
                <Row key={term.term} term={term} reach={reachOfAll(items)} onTerm={onTerm} />
              ))}
            </ul>
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function Row({ term, reach, onTerm }: { term: Term; reach: number; onTerm(term: string): void }) {
  const name = (
    <>
      {term.term}
      {term.rising && (
        <span className={classes.rising}>
          <Icon name="arrowUp" size={11} />
          rising
        </span>
      )}
    </>
  );
  return (
    <LeanRow
      of={term}
      name={name}
      details={<Details term={term} />}
      reach={reach}
      onClick={() => onTerm(term.term)}
    >
      <span>
        {formatCompact(term.people)}
        <VisuallyHidden> people</VisuallyHidden>
      </span>
    </LeanRow>
  );
}

function Details({ term }: { term: Term }) {
  return (
    <>
      <strong>{term.term}</strong>
      <br />
      {formatCount(term.people)} people, {formatShare(term.share)} of all; before: {formatCount(term.before)}
      {term.z_score !== null && ` (z ${formatScore(term.z_score)})`}
      <br />
      {formatShare(term.positive_share)} positive, {formatShare(term.neutral_share)} neutral,{" "}
      {formatShare(term.negative_share)} negative
      {term.scored < FEW_POSTS && " – too few to be sure"}
    </>
  );
}

export const tableOf = (terms: readonly Term[]): Table =>
  tableOfFields(terms, [
    "term",
    "kind",
    "people",
    "before",
    "positive",
    "neutral",
    "negative",
    "unscored",
    "average_sentiment",
    "z_score",
  ]);

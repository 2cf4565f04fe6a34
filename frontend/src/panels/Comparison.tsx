import { parseAsStringLiteral, useQueryStates } from "nuqs";
import { useRef } from "react";
import {
  type Agreement,
  type Disagreement,
  isWorking,
  type Label,
  type Layer,
  type Report,
  useComparison,
  useDisagreements,
} from "../api/layers";
import { formatCount, languageOf, titleOf } from "../lib/format";
import type { Table } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Panel, PanelBody } from "../ui/Panel";
import { SentimentBadge } from "../ui/SentimentBadge";
import { useListKeys } from "../ui/useListKeys";
import { usePost } from "../ui/usePost";
import classes from "./Comparison.module.css";

const LABELS = ["positive", "neutral", "negative", "unscored"] as const;
const HEIGHT = 240;

/** The kind of disagreement that is looked at: what counts now, then what the layer says. */
const parsers = { current: parseAsStringLiteral(LABELS), label: parseAsStringLiteral(LABELS) };

interface Cell {
  current: Label;
  label: Label;
}

/** A layer against what counts: how often they agree, what would change, and the posts to judge it by. */
export function Comparison({ layer }: { layer: Layer }) {
  const query = useComparison(layer, isWorking(layer));
  const [{ current, label }, set] = useQueryStates(parsers, { history: "push" });
  const cell = current && label && { current, label };
  const choose = (next: Cell | null) => void set(next ?? { current: null, label: null });
  const apart = useDisagreements(layer, cell, isWorking(layer));
  return (
    <>
      <Panel
        title={`What would change with ${layer.name}`}
        about="Over texts that both have read and that nobody has corrected. Corrected posts are told apart: there a person said what is right."
        query={query}
        csv={query.data && (() => confusionTable(query.data.report))}
        subtitle={layer.state === "promoted" ? "as it was before the promotion" : undefined}
      >
        <PanelBody
          query={query}
          height={HEIGHT}
          isEmpty={({ report }) => report.posts + report.corrected.posts === 0}
          empty="Nothing to compare yet: no post has both readings."
        >
          {({ report }) => <Figures report={report} cell={cell} choose={choose} />}
        </PanelBody>
      </Panel>
      <Panel
        title="Posts they disagree on"
        about="The furthest apart first. Choose a cell of the table above to see one kind only; open a post to say who is right."
        query={apart}
        csv={apart.data && (() => apartTable(apart.data.posts))}
        subtitle={cell ? `${cell.current} now, ${cell.label} by the layer` : undefined}
        actions={
          cell && (
            <button type="button" className={classes.all} onClick={() => choose(null)}>
              All kinds
            </button>
          )
        }
      >
        <Disagreements query={apart} />
      </Panel>
    </>
  );
}

function confusionTable({ confusion }: Report): Table {
  return {
    columns: ["now", "layer", "posts"],
    rows: LABELS.flatMap((now) => LABELS.map((label) => [now, label, confusion[now]?.[label] ?? 0])),
  };
}

function apartTable(posts: readonly Disagreement[]): Table {
  return {
    columns: ["post_id", "source", "now", "now_score", "layer", "layer_score", "content"],
    rows: posts.map(({ post, sentiment_label, sentiment_score }) => [
      post.post_id,
      post.source,
      post.sentiment_label,
      post.sentiment_score,
      sentiment_label,
      sentiment_score,
      post.content,
    ]),
  };
}

const percent = (share: number | null) => (share === null ? "–" : `${(share * 100).toFixed(1)}\u202f%`);

interface FiguresProps {
  report: Report;
  cell: Cell | null;
  choose(cell: Cell): void;
}

function Figures({ report, cell, choose }: FiguresProps) {
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
        <DataTable label="Shares now and by the layer" columns={["label", "now", "layer"]} numbers>
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
        label="Posts by what counts now, then by the layer"
        columns={["now, then layer", ...LABELS]}
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
                      aria-label={`${current} now, ${label} by the layer: ${count}`}
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

function Disagreements({ query }: { query: ReturnType<typeof useDisagreements> }) {
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.posts.length ?? 0);
  return (
    <PanelBody
      query={query}
      height={HEIGHT}
      isEmpty={({ posts }) => posts.length === 0}
      empty="None: both say the same of every post that both have read."
    >
      {({ posts, hasMore }) => (
        <>
          <ul ref={list} className={classes.posts} data-testid="disagreements">
            {posts.map((one, row) => (
              <Apart key={one.post.id} one={one} row={row} />
            ))}
          </ul>
          {hasMore && (
            <p className={classes.note}>The {posts.length} furthest apart; the API has the rest.</p>
          )}
        </>
      )}
    </PanelBody>
  );
}

interface ApartProps {
  one: Disagreement;
  /** Its place in the list, from 0. */
  row: number;
}

function Apart({ one: { post, sentiment_label, confidence_score }, row }: ApartProps) {
  const [, open] = usePost();
  const sure = (share: number | null) => (share === null ? undefined : `${Math.round(share * 100)}\u202f%`);
  return (
    <li data-row={row}>
      <button type="button" data-row-focus="" className={classes.post} onClick={() => void open(post.id)}>
        <span className={classes.pair}>
          <SentimentBadge sentiment={post.sentiment_label} detail={sure(post.confidence_score)} />
          {" → "}
          <SentimentBadge sentiment={sentiment_label} detail={sure(confidence_score)} />
        </span>
        <span className={classes.text} dir="auto">
          {post.content}
        </span>
      </button>
    </li>
  );
}

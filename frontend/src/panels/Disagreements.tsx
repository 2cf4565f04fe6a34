import { useRef } from "react";
import { type Disagreement, isWorking, type Pair, useDisagreements } from "../api/layers";
import type { Table } from "../lib/table";
import { Panel, PanelBody } from "../ui/Panel";
import { SentimentBadge } from "../ui/SentimentBadge";
import { useListKeys } from "../ui/useListKeys";
import { usePost } from "../ui/usePost";
import classes from "./Comparison.module.css";
import { COMPARISON_HEIGHT, sidesOf, useComparedCell } from "./compared";

/** The posts to judge by who of the two is right. */
export function Disagreements({ pair }: { pair: Pair }) {
  const [cell, choose] = useComparedCell();
  const query = useDisagreements(pair, cell, isWorking(pair.layer));
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.posts.length ?? 0);
  const [here, there] = sidesOf(pair);
  return (
    <Panel
      title="Posts they disagree on"
      about="The furthest apart first. Choose a cell of the table above to see one kind only; open a post to say who is right."
      query={query}
      csv={query.data && (() => apartTable(query.data.posts, here, there))}
      subtitle={cell ? `${cell.current} by ${here}, ${cell.label} by ${there}` : undefined}
      actions={
        cell && (
          <button type="button" className={classes.all} onClick={() => choose(null)}>
            All kinds
          </button>
        )
      }
    >
      <PanelBody
        query={query}
        height={COMPARISON_HEIGHT}
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
    </Panel>
  );
}

function apartTable(posts: readonly Disagreement[], here: string, there: string): Table {
  return {
    columns: ["post_id", "source", here, `${here}_score`, there, `${there}_score`, "content"],
    rows: posts.map(({ post, against, sentiment_label, sentiment_score }) => [
      post.post_id,
      post.source,
      against.sentiment_label,
      against.sentiment_score,
      sentiment_label,
      sentiment_score,
      post.content,
    ]),
  };
}

interface ApartProps {
  one: Disagreement;
  /** Its place in the list, from 0. */
  row: number;
}

function Apart({ one: { post, against, sentiment_label, confidence_score }, row }: ApartProps) {
  const [, open] = usePost();
  const sure = (share: number | null) => (share === null ? undefined : `${Math.round(share * 100)}\u202f%`);
  return (
    <li data-row={row}>
      <button type="button" data-row-focus="" className={classes.post} onClick={() => void open(post.id)}>
        <span className={classes.pair}>
          <SentimentBadge sentiment={against.sentiment_label} detail={sure(against.confidence_score)} />
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

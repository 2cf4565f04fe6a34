import { VisuallyHidden } from "@mantine/core";
import { type ComponentProps, useEffect, useRef } from "react";
import { TableVirtuoso, type TableVirtuosoHandle } from "react-virtuoso";
import { EMOTION_TITLES, emotionOf } from "../lib/emotion";
import { formatScore, titleOf } from "../lib/format";
import { sentimentOf } from "../lib/sentiment";
import { Choose } from "../ui/Choose";
import { Highlighted } from "../ui/Highlighted";
import { usePostList } from "../ui/postList";
import { SentimentBadge } from "../ui/SentimentBadge";
import { Timestamp } from "../ui/Timestamp";
import { useListKeys } from "../ui/useListKeys";
import type { PostListProps } from "./PostList";
import classes from "./PostTable.module.css";

/** Stored posts as lines: what was read of each, to be run through with the eye. */
export function PostTable({ posts, look, query }: PostListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const table = useRef<TableVirtuosoHandle>(null);
  useListKeys(frame, posts.length, (row) => table.current?.scrollIntoView({ index: row }));
  useEffect(() => usePostList.setState({ posts }), [posts]);
  return (
    <div ref={frame} data-testid="post-table">
      <TableVirtuoso
        ref={table}
        useWindowScroll
        data={posts}
        computeItemKey={(_index, post) => post.id}
        increaseViewportBy={600}
        endReached={() => {
          if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
        }}
        components={{ Table, TableRow: Row }}
        fixedHeaderContent={() => (
          <tr>
            <th scope="col" className={classes.choose}>
              <VisuallyHidden>chosen</VisuallyHidden>
            </th>
            <th scope="col" className={classes.time}>
              written
            </th>
            <th scope="col">post</th>
            <th scope="col" className={classes.label}>
              sentiment
            </th>
            <th scope="col" className={classes.number}>
              sure
            </th>
            <th scope="col" className={classes.emotion}>
              emotion
            </th>
            <th scope="col" className={classes.number}>
              churn
            </th>
            <th scope="col" className={classes.number}>
              toxic
            </th>
          </tr>
        )}
        itemContent={(_index, post) => {
          const emotion = emotionOf(post.emotion);
          return (
            <>
              <td className={classes.choose}>
                {look.selection && (
                  <Choose
                    name={`Choose the post by ${post.author ?? "somebody"}`}
                    chosen={look.selection.chosen.has(post.id)}
                    toggle={() => look.selection?.toggle(post.id)}
                  />
                )}
              </td>
              <td className={`${classes.time} numeric`}>
                <Timestamp at={post.created_at} />
                <span className={classes.source}>{titleOf(post.source)}</span>
              </td>
              <td>
                <button
                  type="button"
                  className={classes.text}
                  data-row-focus
                  onClick={() => look.open(post.id)}
                >
                  <Highlighted text={post.content} phrases={look.phrases} />
                </button>
              </td>
              <td className={classes.label} title={`score ${formatScore(post.sentiment_score)}`}>
                <SentimentBadge sentiment={sentimentOf(post.sentiment_label)} />
              </td>
              <td className={classes.number}>{percent(post.confidence_score)}</td>
              <td className={classes.emotion}>{emotion ? EMOTION_TITLES[emotion] : "–"}</td>
              <td className={classes.number}>{percent(post.churn_risk)}</td>
              <td className={classes.number}>{percent(post.toxicity)}</td>
            </>
          );
        }}
      />
    </div>
  );
}

function Table(props: ComponentProps<"table">) {
  return <table {...props} className={`${classes.table} numeric`} aria-label="Stored posts" />;
}

function Row({ item: _item, ...props }: ComponentProps<"tr"> & { item: unknown; "data-index": number }) {
  return <tr {...props} data-row={props["data-index"]} />;
}

/** Absent, not zero, where nothing was read. */
function percent(probability: number | null): string {
  return probability === null ? "–" : `${Math.round(probability * 100)}\u202f%`;
}

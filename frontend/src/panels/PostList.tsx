import { useEffect, useRef } from "react";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";
import type { usePosts } from "../api/hooks";
import type { Post } from "../api/types";
import { Failure } from "../ui/Panel";
import { usePostList } from "../ui/postList";
import { useListKeys } from "../ui/useListKeys";
import { PostCard, PostCardSkeleton } from "./PostCard";
import classes from "./PostList.module.css";
import type { CardLook } from "./useCardLook";

const FIRST = 8;

export interface PostListProps {
  posts: Post[];
  look: CardLook;
  /** -1 where it is not known. */
  total: number;
  query: ReturnType<typeof usePosts>;
}

/** Stored posts as cards, with the window; the next page is read before its end comes into the picture. */
export function PostList({ posts, look, total, query }: PostListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<VirtuosoHandle>(null);
  useListKeys(frame, posts.length, (row) => list.current?.scrollIntoView({ index: row }));
  useEffect(() => usePostList.setState({ posts }), [posts]);
  return (
    <div ref={frame}>
      <Virtuoso
        ref={list}
        useWindowScroll
        data={posts}
        // Drawn at once, so that what stands below never stands on top.
        initialItemCount={Math.min(posts.length, FIRST)}
        computeItemKey={(_index, post) => post.id}
        itemContent={(index, post) => (
          <PostCard post={post} look={look} entering={false} place={index + 1} total={total} />
        )}
        endReached={() => {
          if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
        }}
        increaseViewportBy={600}
        role="feed"
        aria-busy={query.isFetching}
        aria-label="Stored posts"
        context={query}
        components={{ Footer }}
      />
    </div>
  );
}

function Footer({ context: query }: { context: PostListProps["query"] }) {
  if (query.isFetchNextPageError)
    return <Failure error={query.error as Error} retry={() => void query.fetchNextPage()} />;
  return query.hasNextPage ? <PostCardSkeleton /> : <p className={classes.end}>That is all.</p>;
}

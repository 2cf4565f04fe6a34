import type { ReactNode, RefObject } from "react";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";
import type { Post } from "../api/types";
import { useLive } from "../live/store";
import { SHOWN_FIRST } from "./FirstPosts";
import classes from "./LiveFeed.module.css";

interface FeedListProps {
  list: RefObject<VirtuosoHandle | null>;
  posts: readonly Post[];
  renderPost(index: number, post: Post): ReactNode;
}

/** All posts of the feed, of which only those in view are drawn. */
export default function FeedList({ list, posts, renderPost }: FeedListProps) {
  const hold = useLive((state) => state.hold);
  return (
    <Virtuoso
      ref={list}
      className={classes.list}
      data={posts as Post[]}
      computeItemKey={(_index, post) => post.id}
      itemContent={renderPost}
      initialItemCount={Math.min(SHOWN_FIRST, posts.length)}
      increaseViewportBy={300}
      atTopThreshold={24}
      atTopStateChange={(atTop) => hold("scrolled", !atTop)}
      scrollerRef={(element) => {
        if (element instanceof HTMLElement) element.dataset.feedScroller = "";
      }}
      tabIndex={0}
      role="feed"
      aria-label="Posts, newest arrival first"
    />
  );
}

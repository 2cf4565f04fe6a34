import { Fragment, type ReactNode } from "react";
import type { Post } from "../api/types";
import classes from "./LiveFeed.module.css";

/** More than any window shows. */
export const SHOWN_FIRST = 12;

interface FirstPostsProps {
  posts: readonly Post[];
  renderPost(index: number, post: Post): ReactNode;
}

/** The top of the feed while the list that scrolls is on its way: quickly drawn, and just alike. */
export function FirstPosts({ posts, renderPost }: FirstPostsProps) {
  return (
    <div className={classes.list} role="feed" aria-label="Posts, newest arrival first" aria-busy="true">
      {posts.slice(0, SHOWN_FIRST).map((post, index) => (
        <Fragment key={post.id}>{renderPost(index, post)}</Fragment>
      ))}
    </div>
  );
}

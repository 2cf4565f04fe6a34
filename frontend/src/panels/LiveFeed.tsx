import { ActionIcon, Tooltip } from "@mantine/core";
import { useCallback } from "react";
import { Virtuoso } from "react-virtuoso";
import type { Post } from "../api/types";
import { countFilters, type Filters } from "../lib/filters";
import { formatCount } from "../lib/format";
import type { Table } from "../lib/table";
import { isHeld, useLive } from "../live/store";
import { Icon } from "../ui/Icon";
import { Panel } from "../ui/Panel";
import classes from "./LiveFeed.module.css";
import { PostCard, PostCardSkeleton } from "./PostCard";

export default function LiveFeed({ filters, className }: { filters: Filters; className?: string }) {
  const feed = useLive((state) => state.feed);
  const holds = useLive((state) => state.holds);
  const hold = useLive((state) => state.hold);
  const seeded = useLive((state) => state.seeded);
  const renderPost = useCallback(
    (index: number, post: Post) => (
      <PostCard
        post={post}
        entering={feed.entering.has(post.id)}
        place={index + 1}
        total={feed.posts.length}
      />
    ),
    [feed.entering, feed.posts.length],
  );
  const goOn = () => {
    hold("paused", false);
    hold("pointer", false);
    hold("scrolled", false);
    document.querySelector("[data-feed-scroller]")?.scrollTo({ top: 0 });
  };

  return (
    <Panel
      title="Live feed"
      className={`${classes.panel} ${className ?? ""}`}
      about="Posts as they arrive, newest arrival on top. It waits while the pointer is over it, while you have scrolled down, and after p. When more posts arrive at once than anyone can read, the server shows some of them; the counts stay exact."
      csv={() => tableOf(feed.posts)}
      fills
      subtitle={
        <span className="numeric" data-testid="feed-received">
          {formatCount(feed.received)} {countFilters(filters) > 0 ? "matching " : ""}since you opened it
        </span>
      }
      actions={
        <Tooltip label={holds.paused ? "Go on (p)" : "Pause (p)"} withArrow>
          <ActionIcon
            variant={holds.paused ? "filled" : "subtle"}
            color={holds.paused ? undefined : "gray"}
            size={30}
            aria-label={holds.paused ? "Go on" : "Pause the feed"}
            aria-pressed={holds.paused}
            onClick={() => (holds.paused ? goOn() : hold("paused", true))}
          >
            <Icon name={holds.paused ? "play" : "pause"} size={15} />
          </ActionIcon>
        </Tooltip>
      }
    >
      {feed.notShown > 0 && (
        <p className={`${classes.sample} numeric`} data-testid="feed-sample">
          <Icon name="info" size={14} /> Showing a sample: {formatCount(feed.notShown)} not shown
        </p>
      )}
      <div
        className={classes.body}
        onPointerEnter={(event) => event.pointerType === "mouse" && hold("pointer", true)}
        onPointerLeave={() => hold("pointer", false)}
      >
        {feed.waiting > 0 && isHeld(holds) && (
          <button
            type="button"
            className={`${classes.waiting} numeric`}
            onClick={goOn}
            data-testid="feed-waiting"
          >
            <Icon name="arrowUp" size={13} /> {formatCount(feed.waiting)} new
          </button>
        )}
        {feed.posts.length > 0 ? (
          <Virtuoso
            className={classes.list}
            data={feed.posts as Post[]}
            computeItemKey={(_index, post) => post.id}
            itemContent={renderPost}
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
        ) : seeded ? (
          <p className={classes.empty}>
            {countFilters(filters) > 0
              ? "No post matches these filters yet. New ones appear here as they arrive."
              : "No posts yet. They appear here as they arrive."}
          </p>
        ) : (
          <div aria-busy="true">
            <PostCardSkeleton />
            <PostCardSkeleton />
            <PostCardSkeleton />
            <PostCardSkeleton />
          </div>
        )}
      </div>
    </Panel>
  );
}

function tableOf(posts: readonly Post[]): Table {
  const columns = [
    "post_id",
    "source",
    "created_at",
    "author",
    "product",
    "sentiment_label",
    "sentiment_score",
    "content",
  ] as const;
  return { columns, rows: posts.map((post) => columns.map((column) => post[column])) };
}

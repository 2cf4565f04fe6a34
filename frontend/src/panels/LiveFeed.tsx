import { ActionIcon } from "@mantine/core";
import { type FocusEvent, lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import type { VirtuosoHandle } from "react-virtuoso";
import type { Post } from "../api/types";
import { countFilters, type Filters } from "../lib/filters";
import { formatClock, formatCount, formatDayAndTime } from "../lib/format";
import { postTable } from "../lib/postTable";
import { isHeld, useLive } from "../live/store";
import { retryNow } from "../live/useLiveConnection";
import { Icon } from "../ui/Icon";
import { Failure, Panel } from "../ui/Panel";
import { usePostList } from "../ui/postList";
import { Timestamp } from "../ui/Timestamp";
import { Tip } from "../ui/Tip";
import { useListKeys } from "../ui/useListKeys";
import { useNow } from "../ui/useNow";
import { usePost } from "../ui/usePost";
import { FeedGap } from "./FeedGap";
import { FirstPosts } from "./FirstPosts";
import classes from "./LiveFeed.module.css";
import { PostCard, PostCardSkeleton } from "./PostCard";
import { useCardLook } from "./useCardLook";

const DAY_MS = 86_400_000;

const FeedList = lazy(() => import("./FeedList"));

interface LiveFeedProps {
  filters: Filters;
  className?: string;
  /** The page is drawn: there is time for a list that can be scrolled through. */
  settled: boolean;
}

export default function LiveFeed({ filters, className, settled }: LiveFeedProps) {
  const posts = useLive((state) => state.feed.posts);
  const entering = useLive((state) => state.feed.entering);
  const gaps = useLive((state) => state.feed.gaps);
  const paused = useLive((state) => state.holds.paused);
  const hold = useLive((state) => state.hold);
  const seeded = useLive((state) => state.seeded);
  const heardAt = useLive((state) => state.status.heardAt);
  const look = useCardLook();
  const body = useRef<HTMLDivElement>(null);
  const list = useRef<VirtuosoHandle>(null);
  useHoldWhileOpen();
  useListKeys(body, posts.length, (row) => list.current?.scrollIntoView({ index: row }));
  useEffect(() => usePostList.setState({ posts }), [posts]);
  const renderPost = useCallback(
    (index: number, post: Post) => {
      const gap = gaps.get(post.id);
      return (
        <>
          {gap && <FeedGap gap={gap} />}
          <PostCard
            post={post}
            look={look}
            entering={entering.has(post.id)}
            place={index + 1}
            total={posts.length}
          />
        </>
      );
    },
    [entering, gaps, look, posts.length],
  );

  return (
    <Panel
      title="Live feed"
      className={`${classes.panel} ${className ?? ""}`}
      about="Posts as they arrive, newest arrival on top. It waits while the pointer or the keyboard is in it, while you have scrolled down, and after p. When more posts arrive at once than anyone can read, some of them are shown; the counts stay exact."
      query={{ dataUpdatedAt: heardAt ?? 0 }}
      csv={() => postTable(posts)}
      fills
      subtitle={<Received filtered={countFilters(filters) > 0} />}
      actions={
        <Tip label={paused ? "Go on (p)" : "Pause (p)"}>
          <ActionIcon
            variant={paused ? "filled" : "subtle"}
            color={paused ? undefined : "gray"}
            size={30}
            aria-label={paused ? "Go on" : "Pause the feed"}
            aria-pressed={paused}
            onClick={() => (paused ? goOn() : hold("paused", true))}
          >
            <Icon name={paused ? "play" : "pause"} size={15} />
          </ActionIcon>
        </Tip>
      }
    >
      <Sample />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices that somebody reads */}
      <div
        ref={body}
        className={classes.body}
        onPointerEnter={(event) => event.pointerType === "mouse" && hold("pointer", true)}
        onPointerLeave={() => hold("pointer", false)}
        onFocus={() => hold("focus", true)}
        onBlur={(event) => !staysWithin(event) && hold("focus", false)}
      >
        <Waiting />
        {posts.length > 0 ? (
          settled ? (
            <Suspense fallback={<FirstPosts posts={posts} renderPost={renderPost} />}>
              <FeedList list={list} posts={posts} renderPost={renderPost} />
            </Suspense>
          ) : (
            <FirstPosts posts={posts} renderPost={renderPost} />
          )
        ) : seeded ? (
          <p className={classes.empty}>
            {countFilters(filters) > 0
              ? "No post matches these filters yet. New ones appear here as they arrive."
              : "No posts yet. They appear here as they arrive."}
          </p>
        ) : (
          <Coming />
        )}
      </div>
    </Panel>
  );
}

/** No post was read yet; once that has failed, it is told until one is, whatever is being tried meanwhile. */
function Coming() {
  const { phase, reason } = useLive((state) => state.status);
  const [failed, setFailed] = useState(false);
  if (phase === "away" && !failed) setFailed(true);
  if (failed) return <Failure error={new Error(reason ?? "The server is away.")} retry={retryNow} />;
  return (
    <div aria-busy="true">
      <PostCardSkeleton />
      <PostCardSkeleton />
      <PostCardSkeleton />
      <PostCardSkeleton />
    </div>
  );
}

/** Lets everything in, whatever held it, and shows the top. */
function goOn() {
  const { hold } = useLive.getState();
  if (document.activeElement instanceof HTMLElement && document.activeElement.closest("[data-feed-scroller]"))
    document.activeElement.blur();
  document.querySelector("[data-feed-scroller]")?.scrollTo({ top: 0 });
  for (const reason of ["paused", "pointer", "scrolled", "focus"] as const) hold(reason, false);
}

/** Somebody who reads a post finds the feed where it was; one that is left behind holds nothing. */
function useHoldWhileOpen() {
  const [open] = usePost();
  useEffect(() => {
    if (open === null) return;
    const { hold } = useLive.getState();
    hold("open", true);
    return () => hold("open", false);
  }, [open]);
  useEffect(() => {
    const { hold } = useLive.getState();
    return () => {
      for (const reason of ["pointer", "scrolled", "focus"] as const) hold(reason, false);
      usePostList.setState({ posts: [] });
    };
  }, []);
}

function staysWithin(event: FocusEvent<HTMLElement>): boolean {
  return event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
}

/** Counts since the feed was opened, which a change of the filters does anew: the time says when that was. */
function Received({ filtered }: { filtered: boolean }) {
  const received = useLive((state) => state.feed.received);
  const exact = useLive((state) => state.feed.exact);
  const began = useLive((state) => state.began);
  const now = useNow(60_000);
  return (
    <span className="numeric" data-testid="feed-received">
      {!exact && "at least "}
      {formatCount(received)} {filtered ? "matching " : ""}since{" "}
      <Timestamp at={began} write={now - began < DAY_MS ? formatClock : formatDayAndTime} fact />
    </span>
  );
}

function Sample() {
  const notShown = useLive((state) => state.feed.notShown);
  if (notShown === 0) return null;
  return (
    <p className={`${classes.sample} numeric`} data-testid="feed-sample">
      <Icon name="info" size={14} /> Showing a sample: {formatCount(notShown)} not shown
    </p>
  );
}

function Waiting() {
  const waiting = useLive((state) => (isHeld(state.holds) ? state.feed.waiting : 0));
  if (waiting === 0) return null;
  return (
    <button type="button" className={`${classes.waiting} numeric`} onClick={goOn} data-testid="feed-waiting">
      <Icon name="arrowUp" size={13} /> {formatCount(waiting)} new
    </button>
  );
}

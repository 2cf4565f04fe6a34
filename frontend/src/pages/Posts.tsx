import { SegmentedControl } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useEffect, useMemo, useState } from "react";
import { usePosts } from "../api/hooks";
import { POST_ORDERS, type PostOrder } from "../api/queries";
import type { Post } from "../api/types";
import { formatCount } from "../lib/format";
import { postTable } from "../lib/postTable";
import { useLive } from "../live/store";
import { BulkCorrection } from "../panels/BulkCorrection";
import { PostCardSkeleton } from "../panels/PostCard";
import { PostList } from "../panels/PostList";
import { PostTable } from "../panels/PostTable";
import { type Selection, useCardLook } from "../panels/useCardLook";
import { FilterBar } from "../ui/FilterBar";
import { Icon } from "../ui/Icon";
import { PageTitle } from "../ui/PageTitle";
import { Failure, Panel } from "../ui/Panel";
import { usePostList } from "../ui/postList";
import { usePageContext } from "../ui/Shell";
import classes from "./Posts.module.css";

const ORDER_TITLES: Record<PostOrder, string> = {
  newest: "Newest first",
  oldest: "Oldest first",
  least_sure: "Least sure first",
  most_negative: "Most negative first",
  most_positive: "Most positive first",
  highest_churn_risk: "Highest churn risk first",
  highest_toxicity: "Most toxic first",
};
const VIEWS = ["cards", "table"] as const;

/** Every stored post that matches, to be read in peace: new ones are announced, and move nothing. */
export default function Posts() {
  const { controls, searchRef } = usePageContext();
  const { range, filters } = controls;
  const [order, setOrder] = useQueryState("order", parseAsStringLiteral(POST_ORDERS).withDefault("newest"));
  const query = usePosts(range, filters, order);
  const posts = useMemo(() => query.data?.pages.flatMap((page) => page.posts) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total;
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("cards"));
  const { selection, chosen, choose } = useSelection(posts);
  const look = useCardLook(selection);
  const List = view === "table" ? PostTable : PostList;
  useEffect(() => () => usePostList.setState({ posts: [] }), []);

  return (
    <>
      <PageTitle>Posts</PageTitle>
      <FilterBar controls={controls} searchRef={searchRef} />
      <Panel
        title="Posts"
        about="Stored posts by the time they were written, of the chosen time and filters. New arrivals are announced above the list and come in when you ask for them."
        query={query}
        csv={query.data && (() => postTable(posts))}
        subtitle={
          <span className="numeric" data-testid="posts-total">
            {total == null ? "" : `${formatCount(total)} match`}
          </span>
        }
        actions={
          <div className={classes.actions}>
            <Arrivals since={query.dataUpdatedAt} again={() => void query.refetch()} />
            <select
              className={classes.order}
              aria-label="Order"
              value={order}
              onChange={(event) => void setOrder(event.currentTarget.value as PostOrder)}
            >
              {POST_ORDERS.map((one) => (
                <option key={one} value={one}>
                  {ORDER_TITLES[one]}
                </option>
              ))}
            </select>
            <SegmentedControl
              size="xs"
              radius="md"
              aria-label="View"
              data={[
                { value: "cards", label: "Cards" },
                { value: "table", label: "Table" },
              ]}
              value={view}
              onChange={(value) => void setView(value as (typeof VIEWS)[number])}
            />
          </div>
        }
        className={`${classes.panel} ${view === "table" ? classes.wide : ""}`}
      >
        <BulkCorrection chosen={chosen} choose={choose} />
        {query.isPending ? (
          <div aria-busy="true">
            {[1, 2, 3, 4, 5].map((one) => (
              <PostCardSkeleton key={one} />
            ))}
          </div>
        ) : query.isError && posts.length === 0 ? (
          <Failure error={query.error} retry={() => void query.refetch()} />
        ) : posts.length === 0 ? (
          <p className={classes.empty}>
            <Icon name="search" size={20} />
            No post of this time matches. Choose a longer time, or clear a filter.
          </p>
        ) : (
          <List posts={posts} look={look} total={total ?? -1} query={query} />
        )}
      </Panel>
    </>
  );
}

/** How many arrived after the list was read. */
function Arrivals({ since, again }: { since: number; again(): void }) {
  const newer = useLive(
    // Newest arrival first: the first one that the list has ends the count.
    ({ feed: { posts } }) => {
      const known = posts.findIndex((post) => Date.parse(post.ingested_at) <= since);
      return known < 0 ? posts.length : known;
    },
  );
  if (newer === 0) return null;
  return (
    <button type="button" className={`${classes.newer} numeric`} onClick={again}>
      <Icon name="arrowUp" size={13} /> {formatCount(newer)} new
    </button>
  );
}

/** Which of `posts` are chosen; one that a filter takes away is chosen no more. */
function useSelection(posts: Post[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => (ids.size > 0 ? posts.filter((post) => ids.has(post.id)) : []), [ids, posts]);
  const selection = useMemo<Selection>(
    () => ({
      chosen: ids,
      toggle: (id) =>
        setIds((now) => {
          const next = new Set(now);
          if (!next.delete(id)) next.add(id);
          return next;
        }),
    }),
    [ids],
  );
  return { selection, chosen, choose: (wanted: string[]) => setIds(new Set(wanted)) };
}

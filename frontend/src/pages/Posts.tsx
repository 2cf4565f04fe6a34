import { SegmentedControl } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { usePosts } from "../api/hooks";
import type { PostOrder } from "../api/queries";
import { formatCount } from "../lib/format";
import { useLive } from "../live/store";
import { PostCardSkeleton } from "../panels/PostCard";
import { PostList } from "../panels/PostList";
import { FilterBar } from "../ui/FilterBar";
import { Icon } from "../ui/Icon";
import { Failure, Panel } from "../ui/Panel";
import { usePageContext } from "../ui/Shell";
import classes from "./Posts.module.css";

const ORDERS = ["newest", "oldest"] as const satisfies readonly PostOrder[];

/** Every stored post that matches, to be read in peace: new ones are announced, and move nothing. */
export default function Posts() {
  const { controls, searchRef } = usePageContext();
  const { range, filters } = controls;
  const [order, setOrder] = useQueryState("order", parseAsStringLiteral(ORDERS).withDefault("newest"));
  const query = usePosts(range, filters, order);
  const posts = useMemo(() => query.data?.pages.flatMap((page) => page.posts) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total;

  return (
    <>
      <FilterBar controls={controls} searchRef={searchRef} />
      <Panel
        title="Posts"
        about="Stored posts by the time they were written, of the chosen time and filters. New arrivals are announced above the list and come in when you ask for them."
        subtitle={
          <span className="numeric" data-testid="posts-total">
            {total == null ? "" : `${formatCount(total)} match`}
          </span>
        }
        actions={
          <>
            <Arrivals since={query.dataUpdatedAt} again={() => void query.refetch()} />
            <SegmentedControl
              size="xs"
              radius="md"
              aria-label="Order"
              data={[
                { value: "newest", label: "Newest" },
                { value: "oldest", label: "Oldest" },
              ]}
              value={order}
              onChange={(value) => void setOrder(value as PostOrder)}
            />
          </>
        }
        className={classes.panel}
      >
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
          <PostList posts={posts} total={total ?? -1} query={query} />
        )}
      </Panel>
    </>
  );
}

/** How many arrived after the list was read. */
function Arrivals({ since, again }: { since: number; again(): void }) {
  const newer = useLive(
    (state) => state.feed.posts.filter((post) => Date.parse(post.ingested_at) > since).length,
  );
  if (newer === 0) return null;
  return (
    <button type="button" className={`${classes.newer} numeric`} onClick={again}>
      <Icon name="arrowUp" size={13} /> {formatCount(newer)} new
    </button>
  );
}

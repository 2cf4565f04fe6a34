import { ActionIcon, Drawer } from "@mantine/core";
import "@mantine/core/styles/Drawer.css";
import { useHotkeys } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { usePostQuery } from "../api/hooks";
import { Icon } from "../ui/Icon";
import { Failure } from "../ui/Panel";
import { neighbour, usePostList } from "../ui/postList";
import { usePost } from "../ui/usePost";
import { PostDetails, PostDetailsSkeleton } from "./PostDetails";
import classes from "./PostDrawer.module.css";

/** One post beside the page: what it says, what was read in it, where it came from. */
export default function PostDrawer() {
  const [id, setId] = usePost();
  const query = usePostQuery(id ?? "", id !== null);
  useReturnOfFocus();
  return (
    <Drawer
      opened={id !== null}
      onClose={() => void setId(null)}
      position="right"
      size="min(100vw, 560px)"
      title={
        <span className={classes.heading}>
          Post {id !== null && <Neighbours id={id} go={(next) => void setId(next, { history: "replace" })} />}
        </span>
      }
      classNames={{ header: classes.header ?? "", title: classes.title ?? "", body: classes.body ?? "" }}
      attributes={{ body: { "data-told": "" } }}
      closeButtonProps={{ "aria-label": "Close" }}
      data-testid="post-drawer"
    >
      {query.data ? (
        <PostDetails post={query.data} />
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : (
        <PostDetailsSkeleton />
      )}
    </Drawer>
  );
}

/** Closed, it gives the focus back to what opened it: the kit's own way expects a drawer that stays and is hidden. */
function useReturnOfFocus(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    },
    [opener],
  );
}

/** Through the list that the post was opened from, by j and k too; nothing where there is none. */
function Neighbours({ id, go }: { id: string; go(id: string): void }) {
  const previous = usePostList(({ posts }) => neighbour(posts, id, -1));
  const next = usePostList(({ posts }) => neighbour(posts, id, 1));
  useHotkeys([
    ["j", () => next !== null && go(next)],
    ["k", () => previous !== null && go(previous)],
  ]);
  if (previous === null && next === null) return null;
  const ways = [
    { label: "Previous post", key: "k", to: previous, icon: "up" },
    { label: "Next post", key: "j", to: next, icon: "down" },
  ] as const;
  return (
    <span className={classes.ways}>
      {ways.map(({ label, key, to, icon }) => (
        <ActionIcon
          key={key}
          variant="subtle"
          color="gray"
          size={30}
          aria-label={label}
          aria-keyshortcuts={key}
          title={`${label} (${key})`}
          disabled={to === null}
          onClick={() => to !== null && go(to)}
        >
          <Icon name={icon} size={17} />
        </ActionIcon>
      ))}
    </span>
  );
}

import { Drawer } from "@mantine/core";
import "@mantine/core/styles/Drawer.css";
import { usePostQuery } from "../api/hooks";
import { Failure } from "../ui/Panel";
import { usePost } from "../ui/usePost";
import { PostDetails, PostDetailsSkeleton } from "./PostDetails";
import classes from "./PostDrawer.module.css";

/** One post beside the page: what it says, what was read in it, where it came from. */
export default function PostDrawer() {
  const [id, setId] = usePost();
  const query = usePostQuery(id ?? "", id !== null);
  return (
    <Drawer
      opened={id !== null}
      onClose={() => void setId(null)}
      position="right"
      size="min(100vw, 560px)"
      title="Post"
      classNames={{ header: classes.header ?? "", title: classes.title ?? "", body: classes.body ?? "" }}
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

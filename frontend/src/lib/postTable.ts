import type { Post } from "../api/types";
import { type Table, tableOfFields } from "./table";

/** Posts as rows, in the order they are listed. */
export const postTable = (posts: readonly Post[]): Table =>
  tableOfFields(posts, [
    "post_id",
    "source",
    "created_at",
    "author",
    "product",
    "sentiment_label",
    "sentiment_score",
    "content",
  ]);

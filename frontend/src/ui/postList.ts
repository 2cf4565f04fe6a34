import { create } from "zustand";
import type { Post } from "../api/types";

interface PostListState {
  /** The posts of the page's list, in its order; empty where it has none. */
  posts: readonly Post[];
}

/** The list that an open post was opened from, for going on to the next one. */
export const usePostList = create<PostListState>(() => ({ posts: [] }));

/** The post `step` places after `id` in the list, or null at its ends. */
export function neighbour(posts: readonly Post[], id: string, step: 1 | -1): string | null {
  const index = posts.findIndex((post) => post.id === id);
  return index < 0 ? null : (posts[index + step]?.id ?? null);
}

import type { Post } from "../api/types";

/**
 * Marks one content and analysis of a post. The server repeats events after a crash and after a
 * reconnect; equal marks are repeats, a different mark is an edit or a better analysis. A number,
 * because a feed remembers many thousands: 32 bits are plenty to tell versions of one post apart.
 */
export function versionOf(post: Post): number {
  return fingerprint(
    [post.edited_at, post.tier, post.model_name, post.model_version, post.sentiment_label, post.content].join(
      "|",
    ),
  );
}

/** FNV-1a over UTF-16 units. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

import { useMutation } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";

type PostIn = components["schemas"]["PostIn"];
/** What every post has to have; everything else may be left out, whatever the generated type says of defaults. */
type AnyPost = Pick<PostIn, "post_id" | "source" | "content" | "created_at"> & Partial<PostIn>;

/** Takes one post in; success means that it is durable. */
export function useSendPost() {
  return useMutation({
    mutationFn: async (post: AnyPost) => {
      const { data } = await read(api.POST("/api/v1/posts", { body: post as PostIn }));
      const [refused] = data.rejected;
      if (refused) throw new Error(refused.message);
    },
  });
}

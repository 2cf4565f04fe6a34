import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";
import type { Post } from "./types";

type Said = components["schemas"]["CorrectionIn"];

/** What is left out stays as it stands. */
export type CorrectionIn = Partial<Said>;
export type CorrectionLine = components["schemas"]["CorrectionLine"];
export type CorrectionResult = components["schemas"]["CorrectionResult"];

const postKey = (id: string) => ["live", "post", id];

/** What people said of a post, newest first. */
export function useCorrection(id: string) {
  return useQuery({
    queryKey: ["live", "correction", id],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/posts/{id}/correction", { params: { path: { id } }, signal }))).data,
  });
}

export function useCorrections(limit: number) {
  return useQuery({
    queryKey: ["live", "corrections", limit],
    queryFn: async ({ signal }) => {
      const { data, metadata } = await read(
        api.GET("/api/v1/corrections", { params: { query: { limit } }, signal }),
      );
      return { lines: data, hasMore: metadata.has_more };
    },
  });
}

/** Say it (null takes it back): shown at once, put back if the server refuses. */
export function useRelabel(post: Post) {
  const client = useQueryClient();
  const path = { id: post.id };
  return useMutation({
    mutationFn: async (said: CorrectionIn | null): Promise<CorrectionResult> => {
      const asked =
        said === null
          ? api.DELETE("/api/v1/posts/{id}/correction", { params: { path } })
          : api.POST("/api/v1/posts/{id}/correction", {
              params: { path },
              body: { ...said, edited_at: post.edited_at } as Said,
            });
      return (await read<{ data: CorrectionResult }>(asked)).data;
    },
    onMutate: async (said) => {
      await client.cancelQueries({ queryKey: postKey(post.id) });
      const before = client.getQueryData<Post>(postKey(post.id));
      if (said !== null) client.setQueryData(postKey(post.id), withSaid(post, said));
      return { before };
    },
    onError: (_error, _said, context) => client.setQueryData(postKey(post.id), context?.before),
    onSuccess: (result) => {
      // One that waits for a worker keeps what was said on the screen; the live feed brings the rest.
      if (result.outcome !== "waiting") client.setQueryData(postKey(post.id), result.post);
      void client.invalidateQueries({
        queryKey: ["live"],
        predicate: (query) => query.queryKey[1] !== "post",
      });
    },
  });
}

function withSaid(post: Post, said: CorrectionIn): Post {
  const label = said.sentiment_label;
  return {
    ...post,
    tier: "human",
    ...(label
      ? {
          sentiment_label: label,
          sentiment_score: { positive: 1, neutral: 0, negative: -1 }[label],
          confidence_score: 1,
        }
      : {}),
    ...(said.emotion ? { emotion: said.emotion } : {}),
    ...(said.toxic == null ? {} : { toxicity: Number(said.toxic) }),
    ...(said.churn == null ? {} : { churn_risk: Number(said.churn) }),
  };
}

const MOST_AT_ONCE = 1_000;

export interface Failure {
  post: Post;
  message: string;
}

/** The same said of many posts; each that could not be corrected is told, and stops no other. */
export function useCorrectMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ posts, label }: { posts: Post[]; label: "positive" | "neutral" | "negative" }) => {
      const failures: Failure[] = [];
      for (let start = 0; start < posts.length; start += MOST_AT_ONCE) {
        const some = posts.slice(start, start + MOST_AT_ONCE);
        const corrections = some.map(({ id, edited_at }) => ({ id, edited_at, sentiment_label: label }));
        const asked = api.POST("/api/v1/corrections", {
          body: { corrections } as components["schemas"]["CorrectionsIn"],
        });
        const { data } = await read<{ data: components["schemas"]["CorrectionItem"][] }>(asked);
        for (const { index, error, outcome } of data) {
          const post = some[index];
          const stale = outcome === "stale" ? "it changed meanwhile: look at it again" : null;
          const message = error?.message ?? stale;
          if (post && message) failures.push({ post, message });
        }
      }
      return { corrected: posts.length - failures.length, failures };
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["posts"] }),
        client.invalidateQueries({ queryKey: ["live"] }),
      ]),
  });
}

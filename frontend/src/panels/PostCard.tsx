import { Skeleton } from "@mantine/core";
import { memo } from "react";
import type { Post } from "../api/types";
import { formatAgo, languageOf, titleOf } from "../lib/format";
import { safeLink } from "../lib/links";
import { sentimentOf } from "../lib/sentiment";
import { Choose } from "../ui/Choose";
import { Highlighted } from "../ui/Highlighted";
import { Icon } from "../ui/Icon";
import { SentimentBadge } from "../ui/SentimentBadge";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import classes from "./PostCard.module.css";
import { PostReadings } from "./PostReadings";
import type { CardLook } from "./useCardLook";

const AGE_STEP_MS = 15_000;

interface PostCardProps {
  post: Post;
  look: CardLook;
  entering: boolean;
  /** Counted from 1 at the top, for assistive technology, which sees only what is drawn. */
  place: number;
  total: number;
}

/** One post. Its text is a stranger's: it is only ever drawn as text. */
export const PostCard = memo(function PostCard({ post, look, entering, place, total }: PostCardProps) {
  const sentiment = sentimentOf(post.sentiment_label);
  const link = safeLink(post.url);
  return (
    <article
      className={classes.card}
      aria-posinset={place}
      aria-setsize={total}
      data-sentiment={sentiment}
      data-entering={entering || undefined}
      data-post-id={post.id}
      data-row={place - 1}
      data-testid="post"
    >
      <header className={classes.head}>
        {look.selection && (
          <Choose
            name={`Choose the post by ${post.author ?? "somebody"}`}
            chosen={look.selection.chosen.has(post.id)}
            toggle={() => look.selection?.toggle(post.id)}
          />
        )}
        <span className={classes.source}>{titleOf(post.source)}</span>
        {post.author && <span className={classes.author}>{post.author}</span>}
        <Age createdAt={post.created_at} link={link} />
      </header>
      <p className={classes.text} dir="auto">
        <Highlighted text={post.content} phrases={look.phrases} />
      </p>
      <button
        type="button"
        className={classes.open}
        data-row-focus
        aria-label={`Details of the post by ${post.author ?? "somebody"}`}
        onClick={() => look.open(post.id)}
      />
      <footer className={classes.foot}>
        <SentimentBadge
          sentiment={sentiment}
          detail={
            post.confidence_score === null ? undefined : `${Math.round(post.confidence_score * 100)}\u202f%`
          }
        />
        <PostReadings post={post} highChurn={look.highChurn} />
        <span className={classes.model} title={modelTitle(post)}>
          {readBy(post)}
        </span>
        {post.product && (
          <span className={classes.tag}>
            <Icon name="box" size={12} />
            {post.product}
          </span>
        )}
        {post.city && (
          <span className={classes.tag}>
            <Icon name="pin" size={12} />
            {post.city}
          </span>
        )}
        {post.channel && <span className={classes.tag}>{titleOf(post.channel)}</span>}
      </footer>
    </article>
  );
});

function Age({ createdAt, link }: { createdAt: string; link: string | null }) {
  const now = useNow(AGE_STEP_MS);
  const time = <Timestamp at={createdAt} write={(ms) => formatAgo(ms, Math.max(now, ms))} />;
  if (!link) return <span className={`${classes.age} numeric`}>{time}</span>;
  return (
    <a className={`${classes.age} numeric`} href={link} target="_blank" rel="noopener noreferrer nofollow">
      {time}
      <Icon name="link" size={12} />
    </a>
  );
}

function readBy(post: Post): string {
  if (post.tier === "human") return `corrected by ${(post.model_name ?? "").replace(/^human:/, "")}`;
  if (sentimentOf(post.sentiment_label) !== "unscored")
    return `${post.model_name ?? "unknown model"} · ${post.tier}`;
  const language = post.language && post.language !== "en" ? `written in ${languageOf(post.language)}` : null;
  return language ?? "no model could read it";
}

function modelTitle(post: Post): string {
  if (!post.model_name) return "No model has read this post";
  return `Read by ${post.model_name} ${post.model_version ?? ""}, ${post.tier} tier`;
}

export function PostCardSkeleton() {
  return (
    <div className={classes.card} aria-hidden="true">
      <Skeleton height={12} width="45%" radius="xl" />
      <Skeleton height={12} mt={12} radius="xl" />
      <Skeleton height={12} mt={8} width="70%" radius="xl" />
      <Skeleton height={20} mt={12} width="30%" radius="xl" />
    </div>
  );
}

import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { useHighChurn } from "../api/hooks";
import type { Post } from "../api/types";
import { EMOTION_TITLES, EMOTIONS } from "../lib/emotion";
import { countryOf, formatCount, formatLocal, formatScore, languageOf, titleOf } from "../lib/format";
import { safeLink } from "../lib/links";
import { sentimentOf } from "../lib/sentiment";
import { Icon } from "../ui/Icon";
import { Probability } from "../ui/Probability";
import { Section } from "../ui/Section";
import { SentimentBadge } from "../ui/SentimentBadge";
import { Timestamp } from "../ui/Timestamp";
import { PostAnalyses } from "./PostAnalyses";
import classes from "./PostDetails.module.css";
import { PostWhy } from "./PostWhy";
import { Relabel } from "./Relabel";

const TOXIC_FROM = 0.5;

/** Everything known of one post. Its text is a stranger's: it is only ever drawn as text. */
export function PostDetails({ post }: { post: Post }) {
  const link = safeLink(post.url);
  return (
    <article className={classes.post} data-testid="post-details" data-post-id={post.id}>
      <header className={classes.head}>
        <span className={classes.source}>{titleOf(post.source)}</span>
        {post.author && <span className={classes.author}>{post.author}</span>}
        {link && (
          <a className={classes.link} href={link} target="_blank" rel="noopener noreferrer nofollow">
            Original <Icon name="link" size={13} />
          </a>
        )}
      </header>
      <p className={classes.text} dir="auto">
        {post.content}
      </p>
      <Reading post={post} />
      <Relabel key={post.id} post={post} />
      <PostWhy post={post} />
      <PostAnalyses post={post} />
      <Origin post={post} />
    </article>
  );
}

/** What the model read, each probability as a bar: absent where it reads none. */
function Reading({ post }: { post: Post }) {
  const highChurn = useHighChurn();
  const { emotions } = post;
  return (
    <Section title="Reading">
      <div className={classes.verdict}>
        <SentimentBadge sentiment={sentimentOf(post.sentiment_label)} />
        <span className={`${classes.note} numeric`}>
          {post.sentiment_label === "unscored"
            ? "No model could read it"
            : `score ${formatScore(post.sentiment_score)}, by ${readerOf(post)}`}
        </span>
      </div>
      <dl className={classes.probabilities}>
        <Probability title="Confidence" of={post.confidence_score} />
        <Probability title="Toxicity" of={post.toxicity} mark={TOXIC_FROM} />
        <Probability title="Churn risk" of={post.churn_risk} mark={highChurn} />
      </dl>
      {emotions && (
        <dl className={classes.probabilities} aria-label="Emotions">
          {[...EMOTIONS]
            .sort((a, b) => (emotions[b] ?? 0) - (emotions[a] ?? 0))
            .map((emotion) => (
              <Probability key={emotion} title={EMOTION_TITLES[emotion]} of={emotions[emotion] ?? null} />
            ))}
        </dl>
      )}
    </Section>
  );
}

function readerOf(post: Post): string {
  if (post.tier === "human") return `a person: ${(post.model_name ?? "").replace(/^human:/, "")}`;
  return `${post.model_name ?? "an unknown model"} ${post.model_version ?? ""} (${post.tier})`;
}

function Origin({ post }: { post: Post }) {
  const place = [post.city, post.country && countryOf(post.country)].filter(Boolean).join(", ");
  const facts: [string, ReactNode][] = [
    [
      "Written",
      <Timestamp key="written" at={post.created_at} write={formatLocal} fact className="numeric" />,
    ],
    ...(post.edited_at === post.created_at
      ? []
      : [
          [
            "Edited",
            <Timestamp key="edited" at={post.edited_at} write={formatLocal} fact className="numeric" />,
          ] as [string, ReactNode],
        ]),
    [
      "Arrived",
      <Timestamp key="arrived" at={post.ingested_at} write={formatLocal} fact className="numeric" />,
    ],
    [
      "Read",
      post.analyzed_at && (
        <Timestamp key="read" at={post.analyzed_at} write={formatLocal} fact className="numeric" />
      ),
    ],
    ["Language", post.language && languageOf(post.language)],
    ["Product", post.product],
    ["Channel", post.channel && titleOf(post.channel)],
    ["Place", place || post.location],
    ["Engagement", post.engagement === null ? null : formatCount(post.engagement)],
    ["Connector", post.connector],
    ["Id", <code key="id">{post.post_id}</code>],
    ["Simulated", post.simulated ? "yes, nobody wrote it" : null],
    ...Object.entries(post.extra),
  ];
  return (
    <Section title="Where it came from">
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value !== null && value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Section>
  );
}

export function PostDetailsSkeleton() {
  return (
    <div role="img" aria-label="Loading">
      <Skeleton height={14} width="40%" radius="xl" />
      <Skeleton height={14} mt={16} radius="xl" />
      <Skeleton height={14} mt={8} width="80%" radius="xl" />
      <Skeleton height={180} mt={28} radius="md" />
      <Skeleton height={180} mt={28} radius="md" />
    </div>
  );
}

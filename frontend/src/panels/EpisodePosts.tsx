import { Skeleton } from "@mantine/core";
import { useRef } from "react";
import { useEpisodePosts } from "../api/alerts";
import type { Alert } from "../api/types";
import { formatAgo, formatScore, titleOf } from "../lib/format";
import { sentimentOf } from "../lib/sentiment";
import { Failure } from "../ui/Panel";
import { Section } from "../ui/Section";
import { SentimentBadge } from "../ui/SentimentBadge";
import { Timestamp } from "../ui/Timestamp";
import { useListKeys } from "../ui/useListKeys";
import { useNow } from "../ui/useNow";
import { usePost } from "../ui/usePost";
import classes from "./EpisodePosts.module.css";

const SHOWN = 5;
const HEIGHT = SHOWN * 62;

/** The posts of the window that weigh most; a click opens one with everything that was read. */
export function EpisodePosts({ alert }: { alert: Alert }) {
  const query = useEpisodePosts(alert.id, SHOWN);
  const [, open] = usePost();
  const now = useNow(60_000);
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, query.data?.length ?? 0);
  return (
    <Section title={alert.alert_type === "high_churn_risk" ? "Most likely to leave" : "Most negative posts"}>
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={HEIGHT} radius="md" role="img" aria-label="Loading" />}
      {query.data?.length === 0 && <p className={classes.none}>No negative post of this window is stored.</p>}
      <ul ref={list} className={classes.posts} data-testid="episode-posts">
        {query.data?.map((post, row) => (
          <li key={post.id} data-row={row}>
            <button
              type="button"
              data-row-focus=""
              className={classes.post}
              onClick={() => void open(post.id)}
            >
              <span className={classes.text} dir="auto">
                {post.content}
              </span>
              <span className={`${classes.foot} numeric`}>
                <SentimentBadge
                  sentiment={sentimentOf(post.sentiment_label)}
                  detail={formatScore(post.sentiment_score)}
                />
                <span>{titleOf(post.source)}</span>
                {post.product && <span>{post.product}</span>}
                <Timestamp at={post.created_at} write={(ms) => formatAgo(ms, now)} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

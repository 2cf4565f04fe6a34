import type { Post } from "../api/types";
import { EMOTION_TITLES, emotionOf, strongest } from "../lib/emotion";
import { marksOf, type Risk } from "../lib/risk";
import { Icon } from "../ui/Icon";
import classes from "./PostReadings.module.css";

const RISK_TITLES: Record<Risk, string> = { churn: "High churn risk", toxicity: "Toxic" };
const RISK_MEANINGS: Record<Risk, string> = {
  churn: "How likely the author is leaving, or threatens to",
  toxicity: "How likely the post is offensive",
};

/** What else was read in a post: its strongest emotion, and a mark for each risk that is high. */
export function PostReadings({ post, highChurn }: { post: Post; highChurn: number | undefined }) {
  const emotion = emotionOf(post.emotion);
  return (
    <>
      {emotion && (
        <span className={classes.emotion} title={emotionsTitle(post)} data-testid="post-emotion">
          <Icon name={emotion} size={14} />
          {/* The badge before it may say neutral of the sentiment. */}
          {emotion === "neutral" ? "No emotion" : EMOTION_TITLES[emotion]}
        </span>
      )}
      {marksOf(post, highChurn).map(({ risk, probability }) => (
        <span key={risk} className={classes.mark} data-risk={risk} title={RISK_MEANINGS[risk]}>
          <Icon name={risk} size={13} />
          {RISK_TITLES[risk]}
          <span className={`${classes.probability} numeric`}>{percent(probability)}</span>
        </span>
      ))}
    </>
  );
}

function emotionsTitle(post: Post): string {
  const parts = strongest(post.emotions).map(
    ([emotion, probability]) => `${EMOTION_TITLES[emotion].toLowerCase()} ${percent(probability)}`,
  );
  return `Emotions: ${parts.join(", ") || "none stands out"}`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)}\u202f%`;
}

import { SENTIMENT_TITLES, type Sentiment } from "../lib/sentiment";
import { Icon } from "./Icon";
import classes from "./SentimentBadge.module.css";

/** Colour, sign and word together: none of them has to be seen for the label to be read. */
export function SentimentBadge({ sentiment, detail }: { sentiment: Sentiment; detail?: string | undefined }) {
  return (
    <span className={classes.badge} data-sentiment={sentiment}>
      <Icon name={sentiment} size={14} />
      {SENTIMENT_TITLES[sentiment]}
      {detail && <span className={`${classes.detail} numeric`}>{detail}</span>}
    </span>
  );
}

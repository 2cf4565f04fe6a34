/** What each of the headline numbers is and how to read it; fetched when somebody asks. */
const TEXTS = {
  Posts:
    "Posts of the chosen time that match the filters, by the time they were written. The line is their number over that time. Those that no model could read are counted here, and are in no share.",
  Positive:
    "The share of the scored posts that read as positive; the line is that share over the chosen time. A change has a colour only where chance alone does not explain it (a test of two shares at 5 %).",
  Neutral:
    "The share of the scored posts that read as neither positive nor negative; the line is that share over the chosen time. More or fewer of them is no good or bad news.",
  Negative:
    "The share of the scored posts that read as negative; the line is that share over the chosen time. A change has a colour only where chance alone does not explain it (a test of two shares at 5 %).",
  "Average sentiment":
    "The mean score of the scored posts: the probability of positive less that of negative, from −1 to +1. The small mark on the scale is the time before.",
  "High churn risk":
    "The share of the posts whose author seems to be leaving, or threatens to: the model gives that at least the probability set as the churn threshold. Share and mean are of the posts that were read for it; the mean moves first when many become a little less loyal.",
  Toxicity:
    "The mean probability that a post is offensive: insults, slurs, profanity aimed at somebody. 20 % means about 20 of 100 posts. A post is marked in the feed from 50 % on. A complaint without insults is not toxic, however angry.",
  Arriving:
    "Posts that arrived in the last minute, whatever their date and whatever the filters: how much is coming in right now. Below it, all that is stored.",
} as const;

export type TotalTitle = keyof typeof TEXTS;

export default function TotalAbout({ title }: { title: TotalTitle }) {
  return TEXTS[title];
}

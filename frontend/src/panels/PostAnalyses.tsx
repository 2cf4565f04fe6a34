import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { type Analysis, useAnalyses } from "../api/analyses";
import { useHighChurn } from "../api/hooks";
import type { Post } from "../api/types";
import {
  agreementOf,
  type Differences,
  differencesOf,
  readerOf,
  STANDING_TITLES,
  sideBySide,
} from "../lib/analyses";
import { EMOTION_TITLES, emotionOf } from "../lib/emotion";
import { formatLocal, formatScore, plural } from "../lib/format";
import { TIER_TITLES } from "../lib/tiers";
import { Failure } from "../ui/Panel";
import { Section } from "../ui/Section";
import { SentimentBadge } from "../ui/SentimentBadge";
import { Timestamp } from "../ui/Timestamp";
import classes from "./PostAnalyses.module.css";

/** Everything that was read in a post, a column for each reading: who says what, and where they disagree. */
export function PostAnalyses({ post }: { post: Post }) {
  const query = useAnalyses(post);
  return (
    <Section title="All readings">
      {query.data ? (
        <Readings analyses={query.data} />
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton height={230} radius="md" role="img" aria-label="Loading" />
      )}
    </Section>
  );
}

interface Row {
  name: string;
  differs?: keyof Differences;
  cell(one: Analysis): ReactNode;
}

const NOT_READ = <span className={classes.absent}>not read</span>;
const percent = (share: number | null) => (share === null ? NOT_READ : `${Math.round(share * 100)}\u202f%`);

const ROWS: Row[] = [
  {
    name: "Sentiment",
    differs: "sentiment",
    cell: (one) => <SentimentBadge sentiment={one.sentiment_label} />,
  },
  {
    name: "Score",
    cell: (one) => (one.sentiment_score === null ? NOT_READ : formatScore(one.sentiment_score)),
  },
  // A person is not more or less sure.
  { name: "Confidence", cell: (one) => (one.tier === "human" ? "–" : percent(one.confidence_score)) },
  { name: "Probabilities", cell: (one) => <Probabilities of={one.probabilities} /> },
  {
    name: "Emotion",
    differs: "emotion",
    cell: (one) => {
      const emotion = emotionOf(one.emotion);
      if (emotion === null) return NOT_READ;
      const probability = one.emotions?.[emotion];
      return probability === undefined || one.tier === "human"
        ? EMOTION_TITLES[emotion]
        : `${EMOTION_TITLES[emotion]} ${Math.round(probability * 100)}\u202f%`;
    },
  },
  { name: "Toxicity", differs: "toxicity", cell: (one) => percent(one.toxicity) },
  { name: "Churn risk", differs: "churn", cell: (one) => percent(one.churn_risk) },
  {
    name: "Read",
    cell: (one) => <Timestamp at={one.analyzed_at} write={formatLocal} fact />,
  },
];

function Readings({ analyses }: { analyses: readonly Analysis[] }) {
  const highChurn = useHighChurn();
  const { readings, earlier } = sideBySide(analyses);
  const current = readings.find(({ standing }) => standing === "current");
  const differences = readings.map((one) => differencesOf(one, current, highChurn));
  return (
    <div className={classes.readings} data-testid="post-analyses">
      <p className={classes.agreement}>{agreementOf(readings)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
      <section className={classes.scroll} tabIndex={0} aria-label="Readings side by side">
        <table className={`${classes.table} numeric`}>
          <thead>
            <tr>
              <th scope="col" className={classes.corner}>
                Read by
              </th>
              {readings.map((one) => (
                <Reader key={keyOf(one)} one={one} />
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map(({ name, differs, cell }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {readings.map((one, index) => {
                  const other = differs !== undefined && differences[index]?.[differs];
                  return (
                    <td
                      key={keyOf(one)}
                      data-standing={one.standing}
                      data-differs={other || undefined}
                      title={other ? "Something else than the reading that counts" : undefined}
                    >
                      {cell(one)}
                      {other && <span className={classes.differs}>differs</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={classes.note}>
        A reading stays when a better one takes its place; one model version reads a text once.
        {earlier > 0 && ` ${plural(earlier, "reading")} of an earlier text of this post not shown.`}
      </p>
    </div>
  );
}

function Reader({ one }: { one: Analysis }) {
  const { name, layer } = readerOf(one);
  return (
    <th scope="col" data-standing={one.standing}>
      <span className={classes.tier}>{TIER_TITLES[one.tier]}</span>
      <span className={classes.model}>{name}</span>
      {layer && <span className={classes.model}>layer {layer}</span>}
      <span className={classes.standing}>{STANDING_TITLES[one.standing]}</span>
    </th>
  );
}

/** Positive, neutral and negative as a bar, and in words for those who cannot see it. */
function Probabilities({ of }: { of: Analysis["probabilities"] }) {
  if (of === null) return "–";
  const parts = (["positive", "neutral", "negative"] as const).map((label) => ({
    label,
    share: of[label],
    text: `${Math.round(of[label] * 100)}`,
  }));
  const words = parts.map(({ label, text }) => `${text}\u202f% ${label}`).join(", ");
  return (
    <span className={classes.probabilities} title={words}>
      <span className={classes.bar} role="img" aria-label={words}>
        {parts.map(({ label, share }) => (
          <span key={label} data-sentiment={label} style={{ flexGrow: share }} />
        ))}
      </span>
      <span aria-hidden="true">{parts.map(({ text }) => text).join(" · ")}</span>
    </span>
  );
}

const keyOf = ({ model_name, model_version }: Analysis) => `${model_name} ${model_version}`;

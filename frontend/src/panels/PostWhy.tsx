import { SegmentedControl, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useExplanation } from "../api/hooks";
import type { Explanation, Post } from "../api/types";
import { formatScore } from "../lib/format";
import { MEASURE_TITLES, type Measure, measuresOf, piecesOf, strongestWords } from "../lib/words";
import { Failure } from "../ui/Panel";
import { Section } from "../ui/Section";
import { MarksLegend, WordMarks } from "../ui/WordMarks";
import classes from "./PostWhy.module.css";

const NAMED = 5;

/** Why a post is read as it is: which words did it, or what a large language model gave as its reason. */
export function PostWhy({ post }: { post: Post }) {
  const query = useExplanation(post);
  return (
    <Section title="Why">
      {query.data ? (
        <Answer explanation={query.data} content={post.content} />
      ) : query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton height={120} radius="md" role="img" aria-label="Loading" />
      )}
    </Section>
  );
}

function Answer({ explanation, content }: { explanation: Explanation; content: string }) {
  const { method, message, reasoning } = explanation;
  return (
    <div className={classes.why} data-testid="post-why" data-method={method}>
      {message && <p className={classes.message}>{sentence(message)}</p>}
      {method === "reasoning" && (
        <figure className={classes.reasoning}>
          <blockquote>{reasoning}</blockquote>
          <figcaption>
            {explanation.model_name} {explanation.model_version}, in its own words
          </figcaption>
        </figure>
      )}
      {method === "shapley" && <Words explanation={explanation} content={content} />}
    </div>
  );
}

function Words({ explanation, content }: { explanation: Explanation; content: string }) {
  const measures = measuresOf(explanation);
  const [chosen, setChosen] = useState<Measure>("sentiment");
  const measure = measures.includes(chosen) ? chosen : (measures[0] ?? "sentiment");
  const pieces = piecesOf(content, explanation.words);
  if (!pieces) return <p className={classes.message}>The post was edited a moment ago: open it again.</p>;
  return (
    <>
      {measures.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label="What the words add to"
          value={measure}
          onChange={(value) => setChosen(value as Measure)}
          data={measures.map((one) => ({ value: one, label: MEASURE_TITLES[one] }))}
        />
      )}
      <WordMarks pieces={pieces} measure={measure} />
      <MarksLegend measure={measure} />
      <Strongest explanation={explanation} measure={measure} />
      <Sum explanation={explanation} measure={measure} />
    </>
  );
}

/** The same in words: for those who cannot hover, and for those who read numbers. */
function Strongest({ explanation, measure }: { explanation: Explanation; measure: Measure }) {
  const words = strongestWords(explanation.words, measure, NAMED);
  if (words.length === 0) return <p className={classes.note}>No word makes a difference worth naming.</p>;
  return (
    <dl className={classes.strongest} aria-label="What adds most">
      {words.map((word) => (
        <div key={word.start}>
          <dt dir="auto">{word.text}</dt>
          <dd className="numeric">{formatScore(word[measure])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Sum({ explanation, measure }: { explanation: Explanation; measure: Measure }) {
  const base = explanation.base?.[measure] ?? 0;
  const score = explanation.scores?.[measure] ?? 0;
  return (
    <p className={`${classes.note} numeric`} data-testid="why-sum">
      Of no words at all {explanation.model_name} {explanation.model_version} says {formatScore(base)}; all
      words together add {formatScore(score - base)}, which makes {formatScore(score)}.
    </p>
  );
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

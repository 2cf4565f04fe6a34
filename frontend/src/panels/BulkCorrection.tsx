import { useState } from "react";
import { useCorrectMany } from "../api/corrections";
import type { Post } from "../api/types";
import { plural } from "../lib/format";
import { SENTIMENT_TITLES } from "../lib/sentiment";
import { Icon } from "../ui/Icon";
import classes from "./BulkCorrection.module.css";

const LABELS = ["positive", "neutral", "negative"] as const;
const EXCERPT = 60;

/** Says the same of all chosen posts at once, after asking; what could not be corrected stays chosen, and is told. */
export function BulkCorrection({ chosen, choose }: { chosen: Post[]; choose(ids: string[]): void }) {
  const [label, setLabel] = useState<(typeof LABELS)[number] | null>(null);
  const correct = useCorrectMany();
  const failures = correct.data?.failures ?? [];
  const run = async () => {
    if (label === null) return;
    setLabel(null);
    const { failures: failed } = await correct.mutateAsync({ posts: chosen, label });
    choose(failed.map(({ post }) => post.id));
  };
  if (chosen.length === 0 && !correct.isSuccess) return null;
  return (
    <section className={classes.bar} aria-label="Correct many" data-testid="bulk">
      <div className={classes.line}>
        {label !== null ? (
          <>
            <strong>
              Say of {plural(chosen.length, "post")}: {SENTIMENT_TITLES[label].toLowerCase()}?
            </strong>
            <button type="button" className={classes.sure} onClick={() => void run().catch(() => undefined)}>
              Correct {plural(chosen.length, "post")}
            </button>
            <button type="button" onClick={() => setLabel(null)}>
              Cancel
            </button>
          </>
        ) : (
          <>
            <span aria-live="polite">
              {correct.isPending ? "Saving…" : `${plural(chosen.length, "post")} chosen`}
              {correct.isSuccess && ` · ${plural(correct.data.corrected, "post")} corrected`}
            </span>
            {chosen.length > 0 &&
              LABELS.map((one) => (
                <button key={one} type="button" disabled={correct.isPending} onClick={() => setLabel(one)}>
                  <Icon name={one} size={14} /> {SENTIMENT_TITLES[one]}
                </button>
              ))}
            <button
              type="button"
              onClick={() => {
                choose([]);
                correct.reset();
              }}
            >
              {chosen.length > 0 ? "Choose none" : "Close"}
            </button>
          </>
        )}
      </div>
      {correct.isError && (
        <p className={classes.failed} role="alert">
          <Icon name="alert" size={14} /> Not corrected: {correct.error.message}
        </p>
      )}
      {failures.length > 0 && (
        <ul className={classes.failed} role="alert" data-testid="bulk-failures">
          {failures.map(({ post, message }) => (
            <li key={post.id}>
              <q>{post.content.slice(0, EXCERPT)}</q>: {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

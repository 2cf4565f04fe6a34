import { Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { type CorrectionLine, useCorrection, useRelabel } from "../api/corrections";
import type { Post } from "../api/types";
import { EMOTION_TITLES, EMOTIONS, type Emotion } from "../lib/emotion";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Section";
import { Timestamp } from "../ui/Timestamp";
import classes from "./Relabel.module.css";

const LABELS = [
  { label: "positive", title: "Positive", key: "1" },
  { label: "neutral", title: "Neutral", key: "2" },
  { label: "negative", title: "Negative", key: "3" },
] as const;

/** What people say of the post: it wins over every model, and can be taken back. */
export function Relabel({ post }: { post: Post }) {
  const query = useCorrection(post.id);
  const relabel = useRelabel(post);
  const said = query.data?.said;
  const by = query.data?.corrected_by;
  const busy = relabel.isPending;
  const undo = () => relabel.mutate(null);

  useHotkeys([
    ...LABELS.map(
      ({ label, key }) => [key, () => relabel.mutate({ sentiment_label: label })] as [string, () => void],
    ),
    ["u", () => by && undo()],
  ]);

  return (
    <Section title="Correct this post">
      <fieldset className={classes.labels} disabled={busy} aria-label="Sentiment" data-testid="relabel">
        {LABELS.map(({ label, title, key }) => (
          <button
            key={label}
            type="button"
            className={classes.label}
            data-sentiment={label}
            aria-pressed={said?.sentiment_label === label}
            aria-keyshortcuts={key}
            onClick={() => relabel.mutate({ sentiment_label: label })}
          >
            <Icon name={label} size={16} /> {title} <Kbd size="xs">{key}</Kbd>
          </button>
        ))}
      </fieldset>
      <div className={classes.more}>
        <label>
          Emotion
          <select
            value={said?.emotion ?? ""}
            disabled={busy}
            onChange={(event) => relabel.mutate({ emotion: event.currentTarget.value as Emotion })}
          >
            <option value="" disabled>
              not said
            </option>
            {EMOTIONS.map((emotion) => (
              <option key={emotion} value={emotion}>
                {EMOTION_TITLES[emotion]}
              </option>
            ))}
          </select>
        </label>
        <YesOrNo
          title="Toxic"
          said={said?.toxic}
          disabled={busy}
          say={(toxic) => relabel.mutate({ toxic })}
        />
        <YesOrNo
          title="Churn"
          said={said?.churn}
          disabled={busy}
          say={(churn) => relabel.mutate({ churn })}
        />
      </div>
      {relabel.isError && (
        <p className={classes.error} role="alert">
          <Icon name="alert" size={14} /> Not corrected: {relabel.error.message}
        </p>
      )}
      <p className={classes.state} aria-live="polite" data-testid="corrected-by">
        {busy ? (
          "Saving…"
        ) : by ? (
          <>
            <Icon name="check" size={14} /> Corrected by {by}
            <button type="button" className={classes.undo} onClick={undo} aria-keyshortcuts="u">
              Undo <Kbd size="xs">u</Kbd>
            </button>
          </>
        ) : relabel.data?.outcome === "waiting" ? (
          "Saved; it counts as soon as a worker has settled it."
        ) : (
          "Nobody has corrected this post."
        )}
      </p>
      {query.data && query.data.history.length > 0 && <History lines={query.data.history} />}
    </Section>
  );
}

function YesOrNo({
  title,
  said,
  disabled,
  say,
}: {
  title: string;
  said: boolean | null | undefined;
  disabled: boolean;
  say(yes: boolean): void;
}) {
  return (
    <fieldset className={classes.yesNo} disabled={disabled} aria-label={title}>
      <span>{title}</span>
      {[true, false].map((yes) => (
        <button key={String(yes)} type="button" aria-pressed={said === yes} onClick={() => say(yes)}>
          {yes ? "Yes" : "No"}
        </button>
      ))}
    </fieldset>
  );
}

function History({ lines }: { lines: CorrectionLine[] }) {
  return (
    <ol className={classes.history} aria-label="History" data-testid="correction-history">
      {lines.map((line) => (
        <li key={line.number}>
          <Timestamp at={line.corrected_at} fact className="numeric" /> {line.corrected_by}:{" "}
          {line.was.sentiment_label} → {became(line)}
          {line.note && <q>{line.note}</q>}
          {line.stale && <em> (of an earlier text)</em>}
        </li>
      ))}
    </ol>
  );
}

/** What a line of the history made of the post, in words. */
export function became({ kind, became: said }: CorrectionLine): string {
  if (kind === "withdrawal") return "taken back";
  const words: (string | null)[] = [said.sentiment_label, said.emotion];
  if (said.toxic !== null) words.push(said.toxic ? "toxic" : "not toxic");
  if (said.churn !== null) words.push(said.churn ? "leaving" : "not leaving");
  return words.filter(Boolean).join(", ");
}

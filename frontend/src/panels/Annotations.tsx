import { type FormEvent, useState } from "react";
import {
  type Annotation,
  LONGEST_ANNOTATION,
  useAnnotate,
  useAnnotations,
  useTakeAnnotationAway,
} from "../api/annotations";
import { fromField, toField } from "../lib/datetimeField";
import { safeLink } from "../lib/links";
import { tableOfFields } from "../lib/table";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import classes from "./Annotations.module.css";

const SHOWN = 50;
const HEIGHT = 100;
const COLUMNS = ["at", "until", "text", "url", "created_by", "created_at"] as const;

/** What people wrote at moments of the charts: releases, outages, campaigns. */
export function Annotations() {
  const query = useAnnotations({}, SHOWN);
  const [writing, setWriting] = useState(false);
  return (
    <Panel
      title="Annotations"
      about="Remarks at a moment, drawn on the trend for everyone: a release, an outage, a campaign."
      query={query}
      csv={query.data && (() => tableOfFields(query.data.annotations, COLUMNS))}
      actions={
        <button type="button" className={form.button} onClick={() => setWriting(true)} disabled={writing}>
          <Icon name="plus" size={14} /> Annotate
        </button>
      }
    >
      {writing && <Write close={() => setWriting(false)} />}
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(data) => data.annotations.length === 0}
        empty="No annotations yet. Mark a release, an outage or a campaign on the charts."
      >
        {(data) => (
          <ul className={classes.list} data-testid="annotations">
            {data.annotations.map((one) => (
              <Line key={one.id} annotation={one} />
            ))}
          </ul>
        )}
      </PanelBody>
    </Panel>
  );
}

function Line({ annotation }: { annotation: Annotation }) {
  const takeAway = useTakeAnnotationAway();
  const link = safeLink(annotation.url);
  return (
    <li className={classes.line}>
      <span className={`${classes.when} numeric`}>
        <Timestamp at={annotation.at} fact />
        {annotation.until !== null && (
          <>
            {" "}
            to <Timestamp at={annotation.until} fact />
          </>
        )}
      </span>
      <span className={classes.text}>
        {annotation.text}{" "}
        {link && (
          <a href={link} target="_blank" rel="noopener noreferrer nofollow">
            more<span className={classes.hidden}> about {annotation.text}</span>
          </a>
        )}
        {takeAway.isError && (
          <span className={form.error} role="alert">
            Not deleted: {takeAway.error.message}
          </span>
        )}
      </span>
      <span className={classes.by}>{annotation.created_by}</span>
      <button
        type="button"
        className={form.quiet}
        disabled={takeAway.isPending}
        onClick={() => takeAway.mutate(annotation.id)}
        aria-label={`Delete ${annotation.text}`}
      >
        Delete
      </button>
    </li>
  );
}

function Write({ close }: { close(): void }) {
  const annotate = useAnnotate();
  const [at, setAt] = useState(() => toField(Date.now()));
  const [text, setText] = useState("");
  const [url, setUrl] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const moment = fromField(at);
    if (moment === null || !text.trim()) return;
    annotate.mutate(
      { at: new Date(moment).toISOString(), text: text.trim(), url: url.trim() || null },
      { onSuccess: close },
    );
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <label className={form.field}>
        When
        <input
          type="datetime-local"
          value={at}
          required
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      </label>
      <label className={form.field}>
        What happened
        <input
          value={text}
          required
          maxLength={LONGEST_ANNOTATION}
          // biome-ignore lint/a11y/noAutofocus: the form was asked for by a button
          autoFocus
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label className={form.field}>
        Link (optional)
        <input
          type="url"
          pattern="https?://.+"
          value={url}
          placeholder="https://"
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <div className={form.buttons}>
        <button type="submit" className={form.primary} disabled={annotate.isPending}>
          {annotate.isPending ? "Saving…" : "Annotate"}
        </button>
        <button type="button" className={form.button} onClick={close}>
          Cancel
        </button>
      </div>
      {annotate.isError && (
        <p className={form.error} role="alert">
          <Icon name="alert" size={14} /> Not saved: {annotate.error.message}
        </p>
      )}
    </form>
  );
}

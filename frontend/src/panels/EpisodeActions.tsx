import { useState } from "react";
import { useAcknowledge, useSnooze } from "../api/alerts";
import type { Alert } from "../api/types";
import { isSnoozed } from "../lib/alerts";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { Timestamp } from "../ui/Timestamp";
import classes from "./EpisodeActions.module.css";

const HOUR_MS = 3_600_000;
const SNOOZES = [
  { title: "1 hour", ms: HOUR_MS },
  { title: "8 hours", ms: 8 * HOUR_MS },
  { title: "1 day", ms: 24 * HOUR_MS },
  { title: "7 days", ms: 7 * 24 * HOUR_MS },
] as const;

/** Who acknowledged it, and whether its rule may call. */
export function EpisodeActions({ alert, now }: { alert: Alert; now: number }) {
  const acknowledge = useAcknowledge(alert.id);
  const snooze = useSnooze(alert.id);
  const [note, setNote] = useState<string | null>(null);
  const failed = acknowledge.error ?? snooze.error;
  const snoozed = isSnoozed(alert, now);
  return (
    <div className={classes.actions}>
      {alert.acknowledged_at !== null && (
        <p className={classes.known} data-testid="acknowledged">
          <Icon name="check" size={15} />
          <span>
            <strong>{alert.acknowledged_by}</strong> acknowledged it{" "}
            <Timestamp at={alert.acknowledged_at} fact />
            {alert.acknowledged_note && <q className={classes.note}>{alert.acknowledged_note}</q>}
          </span>
        </p>
      )}
      {snoozed && alert.snoozed_until !== null && (
        <p className={classes.known} data-testid="snoozed">
          <Icon name="clock" size={15} />
          <span>
            Rule snoozed until <Timestamp at={alert.snoozed_until} fact />, by {alert.snoozed_by}
          </span>
          <button
            type="button"
            className={form.quiet}
            disabled={snooze.isPending}
            onClick={() => snooze.mutate(null)}
          >
            Unsnooze
          </button>
        </p>
      )}
      {note === null ? (
        <div className={form.buttons}>
          <button type="button" className={form.primary} onClick={() => setNote("")}>
            <Icon name="check" size={14} />
            {alert.acknowledged_at === null ? "Acknowledge" : "Take over"}
          </button>
          <label className={form.inline}>
            Snooze rule
            <select
              value=""
              disabled={snooze.isPending}
              onChange={(event) => {
                const ms = Number(event.currentTarget.value);
                if (ms) snooze.mutate(new Date(Date.now() + ms).toISOString());
              }}
            >
              <option value="">for …</option>
              {SNOOZES.map(({ title, ms }) => (
                <option key={ms} value={ms}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </div>
      ) : (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            acknowledge.mutate(note, { onSuccess: () => setNote(null) });
          }}
        >
          <label className={form.field}>
            Note for your team (optional)
            <input
              value={note}
              maxLength={1_000}
              // biome-ignore lint/a11y/noAutofocus: the field was asked for by the button it replaces
              autoFocus
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <div className={form.buttons}>
            <button type="submit" className={form.primary} disabled={acknowledge.isPending}>
              {acknowledge.isPending ? "Saving…" : "Acknowledge"}
            </button>
            <button type="button" className={form.button} onClick={() => setNote(null)}>
              Cancel
            </button>
          </div>
        </form>
      )}
      {failed && (
        <p className={form.error} role="alert">
          <Icon name="alert" size={14} /> Not saved: {failed.message}
        </p>
      )}
    </div>
  );
}

import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { type RuleIn, usePreview, useSaveRule } from "../api/alerts";
import { ALERT_TYPES, isShare, ruleSentence, TYPE_TITLES } from "../lib/alerts";
import { draftOf, type RuleDraft, ruleOf } from "../lib/ruleDraft";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import classes from "./RuleEditor.module.css";
import { RulePreview } from "./RulePreview";
import { ScopeFields } from "./ScopeFields";

const TYPING_MS = 400;
const DAYS = [1, 7, 30] as const;

interface RuleEditorProps {
  /** Null makes a new one. */
  id: string | null;
  rule: RuleIn;
  /** A rule of the settings keeps its kind and looks at all posts. */
  fixed: boolean;
  onClose(): void;
}

/** A rule, and when it would have raised an alert, before it is saved. */
export default function RuleEditor({ id, rule, fixed, onClose }: RuleEditorProps) {
  const [draft, setDraft] = useState(() => draftOf(rule));
  const [days, setDays] = useState<number>(7);
  const save = useSaveRule();
  const parsed = ruleOf(draft);
  const [tried] = useDebouncedValue(parsed.rule, TYPING_MS, { leading: true });
  const preview = usePreview(tried === null ? null : { ...tried, name: tried.name || "preview" }, days);
  const set = (change: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (parsed.rule?.name) save.mutate({ id, rule: parsed.rule }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={940}
      title={id === null ? "New rule" : `Rule: ${rule.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className={classes.form} onSubmit={submit} data-testid="rule-editor">
        <div className={classes.fields}>
          <label className={`${form.field} ${classes.wide}`}>
            Name
            <input
              value={draft.name}
              required
              maxLength={100}
              data-autofocus
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
          </label>
          <label className={`${form.field} ${classes.wide}`}>
            Kind
            <select
              value={draft.type}
              disabled={fixed}
              onChange={(event) => set({ type: event.currentTarget.value as RuleDraft["type"] })}
            >
              {ALERT_TYPES.map((type) => (
                <option key={type} value={type}>
                  {TYPE_TITLES[type]}
                </option>
              ))}
            </select>
          </label>
          <Amount
            label={`Threshold${isShare(draft.type) ? ", %" : ""}`}
            value={draft.threshold}
            problem={parsed.problems.threshold}
            set={(threshold) => set({ threshold })}
          />
          <Amount
            label="Window, minutes"
            value={draft.minutes}
            problem={parsed.problems.minutes}
            set={(minutes) => set({ minutes })}
          />
          <Amount
            label="Minimum posts"
            value={draft.posts}
            problem={parsed.problems.posts}
            set={(posts) => set({ posts })}
          />
          <Amount
            label="Ends at % of threshold"
            value={draft.hysteresis}
            problem={parsed.problems.hysteresis}
            set={(hysteresis) => set({ hysteresis })}
          />
          {!fixed && (
            <ScopeFields scope={draft.scope} set={(scope) => set({ scope })} className={classes.wide} />
          )}
        </div>
        <section className={classes.preview} aria-label="Preview">
          <div className={classes.previewHead}>
            <h3>When it would have raised an alert</h3>
            <label className={form.inline}>
              <span className={classes.hidden}>Look back</span>
              <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
                {DAYS.map((one) => (
                  <option key={one} value={one}>
                    {one === 1 ? "last day" : `last ${one} days`}
                  </option>
                ))}
              </select>
            </label>
          </div>
          {parsed.rule && <p className={form.note}>{ruleSentence(parsed.rule)}.</p>}
          <RulePreview query={preview} rule={tried} />
        </section>
        <div className={`${form.buttons} ${classes.foot}`}>
          <button
            type="submit"
            className={form.primary}
            disabled={parsed.rule === null || !parsed.rule.name || save.isPending}
          >
            {save.isPending ? "Saving…" : "Save the rule"}
          </button>
          <button type="button" className={form.button} onClick={onClose}>
            Cancel
          </button>
          {save.isError && (
            <p className={form.error} role="alert">
              <Icon name="alert" size={14} /> Not saved: {save.error.message}
            </p>
          )}
        </div>
      </form>
    </Modal>
  );
}

interface AmountProps {
  label: string;
  value: string;
  problem: string | undefined;
  set(value: string): void;
}

function Amount({ label, value, problem, set }: AmountProps) {
  return (
    <label className={form.field}>
      {label}
      <input
        className="numeric"
        inputMode="decimal"
        value={value}
        aria-invalid={problem !== undefined}
        onChange={(event) => set(event.currentTarget.value)}
      />
      {problem && <span className={form.error}>{problem}</span>}
    </label>
  );
}

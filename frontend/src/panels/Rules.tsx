import { lazy, Suspense, useState } from "react";
import { chosen, type Rule, type RuleIn, useDeleteRule, useRules, useSaveRule } from "../api/alerts";
import { isSnoozed, ruleSentence } from "../lib/alerts";
import { DIMENSION_TITLES } from "../lib/filters";
import type { Table } from "../lib/table";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import { useNow } from "../ui/useNow";
import { titleOfValue } from "../ui/useOptions";
import classes from "./Rules.module.css";

const RuleEditor = lazy(() => import("./RuleEditor"));
const HEIGHT = 160;
const NEW: RuleIn = {
  name: "",
  alert_type: "high_negative_sentiment",
  threshold: 0.6,
  window_seconds: 900,
  min_posts: 30,
  hysteresis: 0.9,
  scope: null,
  enabled: true,
};

interface Editing {
  id: string | null;
  rule: RuleIn;
  fixed: boolean;
}

/** When an alert is raised: the settings' own rules, and what people put beside them or in their place. */
export function Rules() {
  const query = useRules();
  const [editing, setEditing] = useState<Editing | null>(null);
  return (
    <Panel
      title="Rules"
      about="A rule raises one alert an episode: it begins above the threshold, and ends well below it. Changes count within seconds. Rules of the settings are defaults: what you say of one counts in its place until you go back to the settings."
      query={query}
      csv={query.data && (() => tableOf(query.data))}
      actions={
        <button
          type="button"
          className={form.button}
          onClick={() => setEditing({ id: null, rule: NEW, fixed: false })}
        >
          <Icon name="plus" size={14} /> New rule
        </button>
      }
    >
      <PanelBody query={query} height={HEIGHT} isEmpty={(rules) => rules.length === 0} empty="No rules.">
        {(rules) => (
          <ul ref={reached} className={classes.rules} data-testid="rules" id="rules">
            {rules.map((rule) => (
              <Line
                key={rule.id}
                rule={rule}
                edit={() => setEditing({ id: rule.id, rule: chosen(rule), fixed: rule.origin !== "custom" })}
              />
            ))}
          </ul>
        )}
      </PanelBody>
      {editing && (
        <Suspense>
          <RuleEditor {...editing} onClose={() => setEditing(null)} />
        </Suspense>
      )}
    </Panel>
  );
}

/** The browser looks for what the address names only once, before the rules are here. */
function reached(list: HTMLUListElement | null): void {
  if (window.location.hash === "#rules") list?.scrollIntoView();
}

function tableOf(rules: readonly Rule[]): Table {
  const columns = [
    "id",
    "name",
    "alert_type",
    "threshold",
    "window_seconds",
    "min_posts",
    "hysteresis",
    "origin",
    "snoozed_until",
  ] as const;
  return {
    columns: [...columns, "dimension", "value", "enabled"],
    rows: rules.map((rule) => [
      ...columns.map((name) => rule[name]),
      rule.scope?.dimension,
      rule.scope?.value,
      rule.enabled ? "yes" : "no",
    ]),
  };
}

const ORIGINS: Record<Rule["origin"], string> = {
  settings: "from the settings",
  override: "in place of the settings",
  custom: "",
};

function Line({ rule, edit }: { rule: Rule; edit(): void }) {
  const save = useSaveRule();
  const remove = useDeleteRule();
  const now = useNow(30_000);
  const failed = save.error ?? remove.error;
  const busy = save.isPending || remove.isPending;
  return (
    <li className={classes.rule} data-off={!rule.enabled || undefined}>
      <div className={classes.says}>
        <p className={classes.name}>
          {rule.name}
          {rule.origin !== "custom" && <span className={classes.tag}>{ORIGINS[rule.origin]}</span>}
          {!rule.enabled && <span className={classes.tag}>off</span>}
          {isSnoozed(rule, now) && rule.snoozed_until !== null && (
            <span className={classes.tag}>
              snoozed until <Timestamp at={rule.snoozed_until} fact />
            </span>
          )}
        </p>
        <p className={`${classes.sentence} numeric`}>
          {ruleSentence(rule)}
          {rule.scope &&
            `; ${DIMENSION_TITLES[rule.scope.dimension].toLowerCase()} ${titleOfValue(rule.scope.dimension, rule.scope.value)} only`}
          .
        </p>
        {failed && (
          <p className={form.error} role="alert">
            <Icon name="alert" size={14} /> Not changed: {failed.message}
          </p>
        )}
      </div>
      <div className={form.buttons}>
        <label className={form.check}>
          <input
            type="checkbox"
            checked={rule.enabled}
            disabled={busy}
            onChange={() => save.mutate({ id: rule.id, rule: { ...chosen(rule), enabled: !rule.enabled } })}
            aria-label={`${rule.name} is on`}
          />
          on
        </label>
        <button type="button" className={form.button} onClick={edit} aria-label={`Edit ${rule.name}`}>
          Edit
        </button>
        {rule.origin !== "settings" && (
          <button
            type="button"
            className={form.quiet}
            disabled={busy}
            onClick={() => remove.mutate(rule.id)}
            aria-label={
              rule.origin === "override" ? `Back to the settings: ${rule.name}` : `Delete ${rule.name}`
            }
          >
            {rule.origin === "override" ? "Back to the settings" : "Delete"}
          </button>
        )}
      </div>
    </li>
  );
}

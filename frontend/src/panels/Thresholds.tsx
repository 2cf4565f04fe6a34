import { type FormEvent, useState } from "react";
import { Link, useLocation } from "react-router";
import { chosen, type Rule, useRules, useSaveRule } from "../api/alerts";
import { useHighChurn } from "../api/hooks";
import { isShare, ruleSentence } from "../lib/alerts";
import { formatShare } from "../lib/format";
import { draftOf, ruleOf } from "../lib/ruleDraft";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Thresholds.module.css";

const HEIGHT = 122;

/** From where on something is too much: each rule's threshold to be changed, and the server's own to be known. */
export function Thresholds() {
  const query = useRules();
  const { search } = useLocation();
  return (
    <Panel
      title="Thresholds"
      about="Above which value a rule raises an alert. Kept by the server for everyone, and in force within seconds. On the page of alerts a rule is tried over stored history before it counts."
      query={query}
      actions={
        <Link className={form.button} to={{ pathname: "/alerts", search, hash: "#rules" }}>
          Alert rules
        </Link>
      }
    >
      <PanelBody query={query} height={HEIGHT} isEmpty={(rules) => rules.length === 0} empty="No rules.">
        {(rules) => (
          <ul className={classes.rows} data-testid="thresholds">
            {rules.map((rule) => (
              <Row key={rule.id} rule={rule} />
            ))}
          </ul>
        )}
      </PanelBody>
      <HighChurn />
    </Panel>
  );
}

function Row({ rule }: { rule: Rule }) {
  const save = useSaveRule();
  const kept = draftOf(chosen(rule));
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? kept.threshold;
  const { rule: next, problems } = ruleOf({ ...kept, threshold: shown });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next) save.mutate({ id: rule.id, rule: next }, { onSuccess: () => setTyped(null) });
  };
  return (
    <li>
      <form className={classes.row} onSubmit={submit}>
        <div className={classes.says}>
          <span className={classes.name}>
            {rule.name}
            {!rule.enabled && " (off)"}
          </span>
          <span className={`${form.note} numeric`}>{ruleSentence(rule)}.</span>
        </div>
        <span className={`${form.inline} numeric`}>
          <input
            className={classes.amount}
            aria-label={`Threshold of ${rule.name}, ${unitOf(rule)}`}
            aria-invalid={problems.threshold !== undefined}
            inputMode="decimal"
            value={shown}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <span className={classes.unit}>{unitOf(rule)}</span>
          <button
            type="submit"
            className={form.button}
            aria-label={`Save the threshold of ${rule.name}`}
            disabled={shown === kept.threshold || next === null || save.isPending}
          >
            Save
          </button>
        </span>
        {(problems.threshold ?? save.error) && (
          <p className={`${form.error} ${classes.wide}`} role="alert">
            <Icon name="alert" size={14} /> {problems.threshold ?? `Not saved: ${save.error?.message}`}
          </p>
        )}
      </form>
    </li>
  );
}

const unitOf = ({ alert_type: type }: Rule): string =>
  isShare(type) ? "%" : type === "high_volume" ? "posts" : "to 1";

/** Every stored count is made with it, so that it is a setting of the server. */
function HighChurn() {
  const threshold = useHighChurn();
  return (
    <p className={`${form.note} ${classes.foot}`} data-testid="high-churn">
      A post counts as at high churn risk from <strong>{formatShare(threshold ?? null)}</strong> on. Counts
      are kept with it, so that it is set where the server is started:{" "}
      <code>SENTISTREAM_ANALYSIS_CHURN_THRESHOLD</code>.
    </p>
  );
}

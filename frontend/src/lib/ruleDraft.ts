import type { RuleIn } from "../api/alerts";
import { type AlertType, isShare } from "./alerts";

/** A rule as it stands in the fields: text, in the units of people. */
export interface RuleDraft {
  name: string;
  type: AlertType;
  threshold: string;
  minutes: string;
  posts: string;
  hysteresis: string;
  scope: RuleIn["scope"];
  enabled: boolean;
}

type Amounts = "threshold" | "minutes" | "posts" | "hysteresis";

/** The bounds are the server's: a share up to 100 %, a ratio up to 1,000, a window of up to a day. */
const HIGHEST: Record<AlertType, number> = {
  high_negative_sentiment: 100,
  high_churn_risk: 100,
  high_negative_ratio: 1_000,
  high_volume: 1_000_000_000,
};

export function draftOf(rule: RuleIn): RuleDraft {
  const percent = isShare(rule.alert_type);
  return {
    name: rule.name,
    type: rule.alert_type,
    threshold: written(percent ? rule.threshold * 100 : rule.threshold),
    minutes: written(rule.window_seconds / 60),
    posts: written(rule.min_posts),
    hysteresis: written(rule.hysteresis * 100),
    scope: rule.scope ?? null,
    enabled: rule.enabled,
  };
}

const written = (value: number): string => String(Number(value.toFixed(4)));

/** The rule that the fields say, null while they say none, and what is wrong with which. */
export function ruleOf(draft: RuleDraft): {
  rule: RuleIn | null;
  problems: Partial<Record<Amounts, string>>;
} {
  const problems: Partial<Record<Amounts, string>> = {};
  const amount = (name: Amounts, low: number, high: number, whole: boolean): number => {
    const value = Number(draft[name].replace(",", "."));
    const fits =
      draft[name].trim() !== "" && value >= low && value <= high && (!whole || Number.isInteger(value));
    if (!fits) problems[name] = `${whole ? "a whole number, " : ""}${low} to ${high.toLocaleString("en")}`;
    return value;
  };
  const threshold = amount("threshold", 0.01, HIGHEST[draft.type], false);
  const minutes = amount("minutes", 1, 1_440, true);
  const posts = amount("posts", 1, 1_000_000, true);
  const hysteresis = amount("hysteresis", 10, 100, false);
  if (Object.keys(problems).length > 0 || draft.scope?.value === "") return { rule: null, problems };
  return {
    problems,
    rule: {
      name: draft.name.trim(),
      alert_type: draft.type,
      threshold: isShare(draft.type) ? threshold / 100 : threshold,
      window_seconds: minutes * 60,
      min_posts: posts,
      hysteresis: hysteresis / 100,
      scope: draft.scope,
      enabled: draft.enabled,
    },
  };
}

import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Preview, RuleIn } from "../api/alerts";
import { PreviewChart } from "../charts/PreviewChart";
import { typeValue } from "../lib/alerts";
import { formatCount, formatDuration, plural } from "../lib/format";
import { Failure } from "../ui/Panel";
import { Timestamp } from "../ui/Timestamp";
import classes from "./RulePreview.module.css";

const LISTED = 5;

/** What the rule would have raised: how often, when, and how the value moved against the threshold. */
export function RulePreview({ query, rule }: { query: UseQueryResult<Preview>; rule: RuleIn | null }) {
  if (rule === null) return <p className={classes.none}>Fill in the fields to see it.</p>;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height={240} radius="md" />;
  const { episodes, looks, minutes, highest } = query.data;
  const latest = episodes.slice(-LISTED).reverse();
  const type = rule.alert_type;
  const summary =
    episodes.length === 0
      ? `It would have raised no alert${highest === null ? "" : `; the highest was ${typeValue(type, highest)}`}.`
      : `It would have raised ${plural(episodes.length, "alert")}.`;
  return (
    <div
      className={classes.preview}
      data-updating={query.isPlaceholderData || undefined}
      data-testid="preview"
    >
      <p className={classes.summary} role="status">
        <strong>{summary}</strong>{" "}
        {looks === 0
          ? "At no time were there enough posts to say."
          : looks < minutes / 2 &&
            `Only ${Math.max(0.1, (100 * looks) / minutes).toFixed(1)}\u202f% of the time had enough posts to say.`}
      </p>
      <PreviewChart preview={query.data} type={type} threshold={rule.threshold} summary={summary} />
      {latest.length > 0 && (
        <ul className={`${classes.episodes} numeric`}>
          {latest.map((one) => {
            const began = Date.parse(one.triggered_at);
            return (
              <li key={one.triggered_at}>
                <Timestamp at={began} fact />
                <span>
                  {one.resolved_at === null
                    ? "still open"
                    : `for ${formatDuration(Date.parse(one.resolved_at) - began)}`}
                </span>
                <span>at worst {typeValue(type, one.actual_value)}</span>
                <span>{formatCount(one.post_count)} posts</span>
              </li>
            );
          })}
        </ul>
      )}
      {episodes.length > LISTED && (
        <p className={classes.none}>and {formatCount(episodes.length - LISTED)} before.</p>
      )}
    </div>
  );
}

import { useWeek } from "../api/places";
import { WeekGrid } from "../charts/WeekGrid";
import type { Filters } from "../lib/filters";
import { formatScore, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { FEW_POSTS } from "../lib/statistics";
import type { Table } from "../lib/table";
import { extremes, type Hour, nameOf, WEEKDAYS, weekRange } from "../lib/week";
import { Panel, PanelBody } from "../ui/Panel";

/** When in the week people are happy, and when they are cross. */
export default function Week({ range, filters }: { range: Range; filters: Filters }) {
  const shown = weekRange(range);
  const week = useWeek(shown, filters);
  return (
    <Panel
      title="Hours of the week"
      about={`Mean sentiment by hour and weekday in your time zone, over all weeks of the range and at least seven days. Blue and round leans positive, red and square negative; below ${FEW_POSTS} scored posts a cell is small, because it says little. Tab to a cell, then use the arrow keys.`}
      subtitle={shown === range ? undefined : shapeOf(shown).title}
      query={week}
      csv={week.data && (() => tableOf(week.data.items))}
    >
      <PanelBody
        query={week}
        height={244}
        isEmpty={({ items }) => items.every((hour) => hour.posts === 0)}
        empty={`No posts in the ${shapeOf(shown).title} match.`}
      >
        {({ items }) => <WeekGrid hours={items} summary={summaryOf(items)} />}
      </PanelBody>
    </Panel>
  );
}

function summaryOf(hours: readonly Hour[]): string {
  const found = extremes(hours);
  if (!found) return `No two hours have ${plural(FEW_POSTS, "scored post")} yet: too few to compare.`;
  const { best, worst } = found;
  return `Best ${nameOf(best)} (${formatScore(best.average_sentiment)}), worst ${nameOf(worst)} (${formatScore(worst.average_sentiment)}).`;
}

function tableOf(hours: readonly Hour[]): Table {
  return {
    columns: ["weekday", "hour", "hours", "posts", "scored", "average_sentiment"],
    rows: hours.map((one) => [
      WEEKDAYS[one.weekday - 1] ?? "",
      one.hour,
      one.hours,
      one.posts,
      one.scored,
      one.average_sentiment,
    ]),
  };
}

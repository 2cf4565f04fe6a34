import { SegmentedControl, VisuallyHidden } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useGroups, useOverall } from "../api/hooks";
import type { Numbers } from "../api/types";
import { MeanBar } from "../charts/MeanBar";
import { whyAbsent } from "../lib/absence";
import { EMOTION_TITLES, EMOTIONS, type Emotion, type EmotionRow, emotionRows } from "../lib/emotion";
import type { Dimension, Filters } from "../lib/filters";
import { formatCompact, formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import type { Table } from "../lib/table";
import { useCurrentNumbers } from "../live/useCurrentNumbers";
import { ChangePill } from "../ui/ChangeMark";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { Tip } from "../ui/Tip";
import { EmotionLines, emotionTable } from "./EmotionLines";
import classes from "./Emotions.module.css";
import { useSeries } from "./useSeries";

const HEIGHT = 254;
/** Bars share a scale, whose end is at least this probability: small ones stay small. */
const LEAST_REACH = 0.25;
const GOOD: Partial<Record<Emotion, "up" | "down">> = {
  joy: "up",
  sadness: "down",
  anger: "down",
  fear: "down",
  disgust: "down",
};

interface EmotionsProps {
  range: Range;
  filters: Filters;
  compare: boolean;
  onPick(dimension: Dimension, value: string): void;
  /** A time was chosen on a chart, in ms since 1970. */
  onChoose(start: number, end: number): void;
}

const parseView = parseAsStringLiteral(["total", "time"] as const).withDefault("total");

/** Which emotions posts carry, each beside where it stood before. A click filters by it. */
export default function Emotions({ range, filters, compare, onPick, onChoose }: EmotionsProps) {
  // Its own dimension stays open, as in the rankings.
  const others = { ...filters, emotion: [] };
  const [view, setView] = useQueryState("emotions", parseView.withOptions({ history: "push" }));
  const overtime = view === "time";
  const overall = useOverall(range, others);
  const series = useSeries(range, others, compare, overtime);
  const current = useCurrentNumbers(range, others);
  const groups = useGroups("emotions", range, others, EMOTIONS.length);
  const now = current ?? overall.data?.current;
  const read = now?.emotion_posts;
  const strongestIn = new Map(groups.data?.items.map((group) => [group.key, group.posts]));
  return (
    <Panel
      title="Emotions"
      query={overall}
      csv={
        overtime
          ? () => emotionTable(series.bars)
          : now && overall.data
            ? () => tableOf(emotionRows(now, compare ? overall.data.previous : null), strongestIn)
            : undefined
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Show emotions in total or over time"
          data={[
            { value: "total", label: "Total" },
            { value: "time", label: "Over time" },
          ]}
          value={view}
          onChange={(value) => void setView(value as typeof view)}
        />
      }
      subtitle={read ? `${formatCompact(read)} posts read` : undefined}
      about="The mean probability of each emotion: 20 % means that about 20 of 100 posts carry it. A post can carry several, so they do not add up to 100 %; neutral is the model's own reading, that there is none. The mark is where it stood in the time before. Click a row for the posts whose strongest emotion it is."
    >
      <PanelBody
        query={overall}
        height={HEIGHT}
        lines={!overtime}
        isEmpty={(data) => (current ?? data.current).emotions === null}
        empty={
          now && (
            <>
              {now.scored > 0 && <Icon name="unscored" size={20} />}
              {whyAbsent(now, "emotions", range)}
            </>
          )
        }
      >
        {(data) =>
          overtime ? (
            <EmotionLines
              series={series}
              means={(current ?? data.current).emotions ?? {}}
              range={range}
              onChoose={onChoose}
            />
          ) : (
            <Rows
              now={current ?? data.current}
              before={compare ? data.previous : null}
              previous={shapeOf(range).previous}
              strongestIn={strongestIn}
              chosen={filters.emotion}
              onPick={(emotion) => onPick("emotion", emotion)}
            />
          )
        }
      </PanelBody>
    </Panel>
  );
}

function tableOf(rows: readonly EmotionRow[], strongestIn: ReadonlyMap<string, number>): Table {
  return {
    columns: ["emotion", "mean_probability", "mean_probability_before", "strongest_in_posts"],
    rows: rows.map((row) => [row.emotion, row.mean, row.before, strongestIn.get(row.emotion)]),
  };
}

interface RowsProps {
  now: Numbers;
  before: Numbers | null;
  previous: string;
  /** Posts by their strongest emotion. */
  strongestIn: ReadonlyMap<string, number>;
  chosen: readonly string[];
  onPick(emotion: Emotion): void;
}

function Rows({ now, before, previous, strongestIn, chosen, onPick }: RowsProps) {
  const rows = emotionRows(now, before);
  const reach = Math.max(LEAST_REACH, ...rows.flatMap((row) => [row.mean, row.before ?? 0]));
  return (
    <ul className={`${classes.rows} numeric`} data-testid="emotions">
      {rows.map((row) => (
        <li key={row.emotion}>
          <Tip
            label={<Details row={row} posts={strongestIn.get(row.emotion)} previous={previous} />}
            multiline
            openDelay={250}
            position="top"
          >
            <button
              type="button"
              className={classes.row}
              aria-pressed={chosen.includes(row.emotion)}
              data-faded={(chosen.length > 0 && !chosen.includes(row.emotion)) || undefined}
              data-emotion={row.emotion}
              onClick={() => onPick(row.emotion)}
            >
              <Icon name={row.emotion} size={18} />
              <span className={classes.name}>{EMOTION_TITLES[row.emotion]}</span>
              <MeanBar value={row.mean} before={row.before} reach={reach} quiet={row.emotion === "neutral"} />
              <span className={classes.mean} data-mean="">
                {formatShare(row.mean)}
              </span>
              <span className={classes.change}>
                {row.change && (
                  <>
                    <VisuallyHidden>change </VisuallyHidden>
                    <ChangePill change={row.change} good={GOOD[row.emotion]} sure={row.sure} />
                  </>
                )}
              </span>
            </button>
          </Tip>
        </li>
      ))}
    </ul>
  );
}

function Details({ row, posts, previous }: { row: EmotionRow; posts: number | undefined; previous: string }) {
  return (
    <span className={`${classes.details} numeric`}>
      <strong>{EMOTION_TITLES[row.emotion]}</strong>
      <br />
      {formatShare(row.mean)} on average
      {row.before !== null && `, ${formatShare(row.before)} in ${previous}`}
      {row.change && !row.sure && " – chance may explain the change"}
      <br />
      the strongest emotion of {plural(posts ?? 0, "post")}
    </span>
  );
}

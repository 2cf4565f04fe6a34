import { useHighChurn } from "../api/hooks";
import type { Bar } from "../charts/bars";
import { LineChart } from "../charts/LineChart";
import type { Filters } from "../lib/filters";
import { formatShare, plural } from "../lib/format";
import { type Range, shapeOf } from "../lib/range";
import { cellOfMoment, type Table } from "../lib/table";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Risks.module.css";
import { type Measure, useSeries } from "./useSeries";

const HEIGHT = 176;
const CHART_HEIGHT = 150;
const LEAST_REACH = 0.1;

const leaving: Measure = (bar) => ({ value: bar.highChurn, posts: bar.churnPosts });
const toxic: Measure = (bar) => ({ value: bar.toxicity, posts: bar.toxicityPosts });

interface RisksProps {
  range: Range;
  filters: Filters;
  compare: boolean;
  onChoose(start: number, end: number): void;
}

/** Whether more threaten to leave, and whether the tone becomes rougher. */
export default function Risks({ range, filters, compare, onChoose }: RisksProps) {
  const series = useSeries(range, filters, compare);
  const highChurn = useHighChurn();
  const charts = [
    {
      key: "churn",
      icon: "churn" as const,
      title: "High churn risk",
      what: `of the posts read have a risk of ${highChurn ?? "the threshold"} or more`,
      ...series.linesOf(leaving),
    },
    {
      key: "toxicity",
      icon: "toxicity" as const,
      title: "Toxicity",
      what: "mean probability of being offensive",
      ...series.linesOf(toxic),
    },
  ];
  return (
    <Panel
      title="Churn risk and toxicity"
      about={`High churn risk: the share of posts whose author seems to be leaving, or threatens to, with a probability of ${highChurn ?? "the threshold"} or more. Toxicity: the mean probability that a post is offensive. Both are of the posts that were read for them, and where none were the line breaks. The dotted line is the time before. Drag across to zoom in.`}
      query={series.query}
      csv={() => tableOf(series.bars)}
    >
      <PanelBody
        query={series.query}
        height={HEIGHT}
        isEmpty={() => charts.every(({ readings }) => readings.every(({ value }) => value === null))}
        empty={
          series.bars.length === 0
            ? `No posts in the ${shapeOf(range).title} match.`
            : "The model that read these posts reads neither."
        }
      >
        {() => (
          <div className={classes.charts} data-testid="risks">
            {charts.map(({ key, icon, title, what, readings, before }) => {
              const posts = readings.reduce((sum, reading) => sum + reading.posts, 0);
              const values = [...readings, ...before].map(({ value }) => value ?? 0);
              const mean = meanOf(readings);
              return (
                <LineChart
                  key={key}
                  title={
                    <>
                      <Icon name={icon} size={16} /> {title}
                    </>
                  }
                  latest={posts > 0 ? `${formatShare(mean)} of ${plural(posts, "post")} read` : "not read"}
                  readings={readings}
                  before={before}
                  start={series.start}
                  end={series.end}
                  reach={Math.max(LEAST_REACH, ...values)}
                  height={CHART_HEIGHT}
                  summary={`${title} in the ${shapeOf(range).title}: ${formatShare(mean)}, ${what}, of ${plural(posts, "post")} read.`}
                  onChoose={onChoose}
                />
              );
            })}
          </div>
        )}
      </PanelBody>
    </Panel>
  );
}

function meanOf(readings: readonly { value: number | null; posts: number }[]): number | null {
  const posts = readings.reduce((sum, reading) => sum + reading.posts, 0);
  const sum = readings.reduce((total, { value, posts: of }) => total + (value ?? 0) * of, 0);
  return posts > 0 ? sum / posts : null;
}

function tableOf(bars: readonly Bar[]): Table {
  return {
    columns: [
      "start",
      "end",
      "high_churn_share",
      "posts_read_for_churn_risk",
      "average_toxicity",
      "posts_read_for_toxicity",
    ],
    rows: bars.map((bar) => [
      cellOfMoment(bar.start),
      cellOfMoment(bar.end),
      bar.highChurn,
      bar.churnPosts,
      bar.toxicity,
      bar.toxicityPosts,
    ]),
  };
}

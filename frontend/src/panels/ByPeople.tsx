import { SegmentedControl } from "@mantine/core";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Link } from "react-router";
import { type CorrectionScore, TASKS, type Task, useByPeople } from "../api/models";
import { formatCount, formatShare, languageOf } from "../lib/format";
import { FEW_POSTS, wilson } from "../lib/statistics";
import type { Table } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./ByPeople.module.css";

const HEIGHT = 140;
const TITLES: Record<Task, string> = {
  sentiment: "Sentiment",
  emotion: "Emotion",
  toxicity: "Toxicity",
  churn: "Churn",
};

const parseTask = parseAsStringLiteral(TASKS).withDefault("sentiment").withOptions({ history: "push" });

/** How right every model is by what people said, by language. */
export function ByPeople() {
  const [task, setTask] = useQueryState("task", parseTask);
  const query = useByPeople(task);
  return (
    <Panel
      title="Accuracy against corrections"
      about="Every model that has read a corrected text, layers included. What was corrected is what people stumbled over: it says where models fail, not how often. The range beside an accuracy is its 95 % interval (Wilson). Macro recall is the mean over the labels of how many of each were found."
      query={query}
      csv={query.data && (() => tableOf(task, query.data))}
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Corrections counted"
          value={task}
          onChange={(value) => void setTask(value as Task)}
          data={TASKS.map((value) => ({ value, label: TITLES[value] }))}
        />
      }
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(scores) => scores.length === 0}
        empty={
          <p>
            Nobody has corrected the {task === "churn" ? "churn risk" : task} of a post yet.{" "}
            <Link to="/posts?order=least_sure">Correct posts</Link> to see how right each model is; those that
            models are least sure of teach most.
          </p>
        }
      >
        {(scores) => (
          <DataTable
            label="Models by what people said"
            columns={["model", "language", "texts", "accuracy", "macro recall", "not read"]}
            testId="by-people"
          >
            {scores.map((score) => (
              <Row key={`${score.model} ${score.version} ${score.language}`} score={score} />
            ))}
          </DataTable>
        )}
      </PanelBody>
    </Panel>
  );
}

function Row({ score }: { score: CorrectionScore }) {
  const { model, version, language, posts, accuracy, macro_recall, unscored } = score;
  const interval = wilson(accuracy * posts, posts);
  return (
    <tr>
      <th scope="row">
        {model} {version}
      </th>
      <td>{language === "all" || language === "unknown" ? language : languageOf(language)}</td>
      <td>
        {formatCount(posts)}
        {posts < FEW_POSTS && <span className={classes.few}> few</span>}
      </td>
      <td>
        {formatShare(accuracy)}
        {interval && (
          <span className={classes.interval}>
            {" "}
            {formatShare(interval.low)} – {formatShare(interval.high)}
          </span>
        )}
      </td>
      <td>{formatShare(macro_recall)}</td>
      <td>{formatCount(unscored)}</td>
    </tr>
  );
}

function tableOf(task: Task, scores: readonly CorrectionScore[]): Table {
  return {
    columns: ["task", "model", "version", "language", "texts", "accuracy", "macro_recall", "not_read"],
    rows: scores.map((one) => [
      task,
      one.model,
      one.version,
      one.language,
      one.posts,
      one.accuracy,
      one.macro_recall,
      one.unscored,
    ]),
  };
}

import { VisuallyHidden } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { isWorking, type Layer, type useLayers, useLayerWork } from "../api/layers";
import { formatCount } from "../lib/format";
import { tableOfFields } from "../lib/table";
import { DataTable } from "../ui/DataTable";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./LayerTable.module.css";

const MODELS = ["fast", "full", "lexicon", "transformers", "llm"] as const;
const DAYS = [1, 7, 30, 365] as const;
const DAY_MS = 86_400_000;
const HEIGHT = 120;
const COLUMNS = [
  "name",
  "model",
  "model_name",
  "model_version",
  "tier",
  "state",
  "total",
  "seen",
  "read",
  "error",
  "since",
  "until",
  "created_by",
  "created_at",
] as const;

interface LayerTableProps {
  query: ReturnType<typeof useLayers>;
  chosen: string | undefined;
  choose(name: string): void;
}

/** Every layer, and how far its work is. */
export function LayerTable({ query, chosen, choose }: LayerTableProps) {
  const work = useLayerWork();
  return (
    <Panel
      title="Model layers"
      about="Another model reads stored posts into a layer of its own, which does not count. Read below how it differs; promoted, it comes before the live model for those posts, and what people say before both."
      query={query}
      csv={query.data && (() => tableOfFields(query.data, COLUMNS))}
      actions={<Begin work={work} choose={choose} />}
    >
      {work.isError && (
        <p className={classes.error} role="alert">
          <Icon name="alert" size={14} /> {work.error.message}
        </p>
      )}
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(layers) => layers.length === 0}
        empty="No other model has read anything yet. Choose one and let it read."
      >
        {(layers) => (
          <DataTable
            label="Layers"
            columns={[
              "layer",
              "model",
              "state",
              "posts",
              "by",
              <VisuallyHidden key="actions">actions</VisuallyHidden>,
            ]}
            testId="layers"
          >
            {layers.map((layer) => (
              <tr key={layer.name} data-chosen={layer.name === chosen || undefined}>
                <th scope="row">
                  <button type="button" className={classes.name} onClick={() => choose(layer.name)}>
                    {layer.name}
                  </button>
                </th>
                <td>{layer.model_name ? `${layer.model_name} ${layer.model_version}` : layer.model}</td>
                <td>{layer.error ? <span className={classes.error}>{layer.error}</span> : stateOf(layer)}</td>
                <td>
                  {formatCount(layer.seen)}
                  {!layer.shadow &&
                    layer.total > 0 &&
                    ` of ${formatCount(Math.max(layer.total, layer.seen))}`}
                </td>
                <td>{layer.created_by}</td>
                <td>
                  <Turn layer={layer} work={work} />
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </PanelBody>
    </Panel>
  );
}

function stateOf(layer: Layer): string {
  if (layer.shadow && layer.state === "reading") return `shadow of ${Math.round(layer.share * 100)}\u202f%`;
  return layer.state === "promoted" ? "promoted: counts" : isWorking(layer) ? `${layer.state}…` : layer.state;
}

function Turn({ layer, work }: { layer: Layer; work: ReturnType<typeof useLayerWork> }) {
  const { name, state, shadow } = layer;
  const [asked, setAsked] = useState(false);
  if (state === "promoted" || state === "promoting")
    return (
      <button
        type="button"
        className={classes.act}
        disabled={work.isPending}
        onClick={() => work.mutate({ demote: name })}
      >
        Demote
      </button>
    );
  if (state !== "read" && !shadow) return null;
  if (!asked)
    return (
      <button type="button" className={classes.act} onClick={() => setAsked(true)}>
        Promote
      </button>
    );
  return (
    <button
      type="button"
      className={classes.act}
      data-sure
      disabled={work.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => {
        work.mutate({ promote: name });
        setAsked(false);
      }}
    >
      Let it count?
    </button>
  );
}

function Begin({ work, choose }: { work: ReturnType<typeof useLayerWork>; choose(name: string): void }) {
  const [model, setModel] = useState<(typeof MODELS)[number]>("fast");
  const [days, setDays] = useState<number>(7);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    const since = new Date(Date.now() - days * DAY_MS).toISOString();
    work.mutate({ begin: { model, since } }, { onSuccess: (layer) => choose(layer.name) });
  };
  return (
    <form className={classes.begin} onSubmit={begin}>
      <label>
        Model
        <select
          value={model}
          onChange={(event) => setModel(event.currentTarget.value as (typeof MODELS)[number])}
        >
          {MODELS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Days
        <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className={classes.act} disabled={work.isPending}>
        Read again
      </button>
    </form>
  );
}

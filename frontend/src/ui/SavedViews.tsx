import { useClipboard } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "react-router";
import { LONGEST_NAME, useDeleteView, useSaveView, useViews, type View } from "../api/saved";
import { addressOf, isShown, layoutOf } from "../lib/views";
import form from "./Form.module.css";
import { Icon } from "./Icon";
import classes from "./SavedViews.module.css";

/** Views that were saved, for everyone: open, save, update, rename, delete, copy the link. */
export default function SavedViews({ close }: { close(): void }) {
  const { pathname, search } = useLocation();
  const shown = layoutOf(pathname, search);
  const query = useViews();
  const save = useSaveView();
  const remove = useDeleteView();
  const [name, setName] = useState("");
  const failed = save.error ?? remove.error ?? query.error;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim())
      save.mutate({ id: null, body: { ...shown, name: name.trim() } }, { onSuccess: () => setName("") });
  };
  return (
    <section className={classes.views} aria-label="Saved views" data-testid="views">
      {query.data?.length === 0 && (
        <p className={form.note}>
          None yet. A view is this page with all its filters; everyone who uses this server sees it.
        </p>
      )}
      <ul className={classes.list}>
        {query.data?.map((view) => (
          <Line
            key={view.id || view.name}
            view={view}
            current={isShown(view, shown)}
            close={close}
            update={() => save.mutate({ id: view.id, body: { ...shown, name: view.name } })}
            rename={(to) =>
              save.mutate({ id: view.id, body: { name: to, page: view.page, query: view.query } })
            }
            remove={() => remove.mutate(view.id)}
          />
        ))}
      </ul>
      <form className={classes.add} onSubmit={add}>
        <label className={form.field}>
          Save this view as
          <input
            value={name}
            maxLength={LONGEST_NAME}
            placeholder="Name"
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" className={form.primary} disabled={!name.trim() || save.isPending}>
          Save
        </button>
      </form>
      {failed && (
        <p className={form.error} role="alert">
          <Icon name="alert" size={14} /> {failed.message}
        </p>
      )}
    </section>
  );
}

interface LineProps {
  view: View;
  current: boolean;
  close(): void;
  update(): void;
  rename(to: string): void;
  remove(): void;
}

function Line({ view, current, close, update, rename, remove }: LineProps) {
  const [name, setName] = useState<string | null>(null);
  const clipboard = useClipboard({ timeout: 2_000 });
  const link = new URL(`/views/${view.id}`, window.location.href).href;
  if (name !== null)
    return (
      <li className={classes.line}>
        <form
          className={classes.add}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() && name.trim() !== view.name) rename(name.trim());
            setName(null);
          }}
        >
          <label className={form.field}>
            New name
            <input
              value={name}
              maxLength={LONGEST_NAME}
              // biome-ignore lint/a11y/noAutofocus: the field was asked for by the button it replaces
              autoFocus
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit" className={form.button}>
            Rename
          </button>
        </form>
      </li>
    );
  return (
    <li className={classes.line}>
      <Link className={classes.open} to={addressOf(view)} aria-current={current || undefined} onClick={close}>
        {current && <Icon name="check" size={13} />}
        {view.name}
      </Link>
      <span className={classes.tools}>
        {!current && <Tool label={`Update ${view.name} to what is shown`} text="update" act={update} />}
        <Tool label={`Rename ${view.name}`} text="rename" act={() => setName(view.name)} />
        <Tool
          label={clipboard.copied ? "Copied" : `Copy the link of ${view.name}`}
          text={clipboard.copied ? "copied" : "link"}
          act={() => clipboard.copy(link)}
        />
        <Tool label={`Delete ${view.name}`} text="delete" act={remove} />
      </span>
    </li>
  );
}

function Tool({ label, text, act }: { label: string; text: string; act(): void }) {
  return (
    <button type="button" className={classes.tool} aria-label={label} onClick={act}>
      {text}
    </button>
  );
}

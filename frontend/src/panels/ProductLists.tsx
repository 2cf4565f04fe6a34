import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import {
  LONGEST_NAME,
  type ProductList,
  type ProductListIn,
  useDeleteProductList,
  useProductLists,
  useSaveProductList,
} from "../api/saved";
import { plural } from "../lib/format";
import type { Table } from "../lib/table";
import form from "../ui/Form.module.css";
import { Icon } from "../ui/Icon";
import { Panel, PanelBody } from "../ui/Panel";
import { useOptions } from "../ui/useOptions";
import classes from "./ProductLists.module.css";

const HEIGHT = 90;

interface Editing {
  id: number | null;
  list: ProductListIn;
}

/** Products that belong together, by name: the overview shows one list alone with one click. */
export function ProductLists() {
  const query = useProductLists();
  const save = useSaveProductList();
  const remove = useDeleteProductList();
  const [editing, setEditing] = useState<Editing | null>(null);
  const failed = save.error ?? remove.error;
  return (
    <Panel
      title="Tracked products"
      about="Lists of products that belong together, kept by the server for everyone. Show one, and the whole overview counts its products alone."
      query={query}
      csv={query.data && (() => tableOf(query.data))}
      actions={
        <button
          type="button"
          className={form.button}
          onClick={() => setEditing({ id: null, list: { name: "", products: [] } })}
        >
          <Icon name="plus" size={14} /> New list
        </button>
      }
    >
      {editing && (
        <Edit
          key={editing.id}
          editing={editing}
          busy={save.isPending}
          save={(body) => save.mutate({ id: editing.id, body }, { onSuccess: () => setEditing(null) })}
          close={() => setEditing(null)}
        />
      )}
      {failed && (
        <p className={`${form.error} ${classes.failed}`} role="alert">
          <Icon name="alert" size={14} /> Not saved: {failed.message}
        </p>
      )}
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={(lists) => lists.length === 0}
        empty="No list yet. Group the products you are responsible for."
      >
        {(lists) => (
          <ul className={classes.lists} data-testid="product-lists">
            {lists.map((list) => (
              <Line
                key={list.id || list.name}
                list={list}
                edit={() => setEditing({ id: list.id, list: { name: list.name, products: list.products } })}
                remove={() => remove.mutate(list.id)}
              />
            ))}
          </ul>
        )}
      </PanelBody>
    </Panel>
  );
}

function tableOf(lists: readonly ProductList[]): Table {
  return {
    columns: ["list", "product"],
    rows: lists.flatMap(({ name, products }) => products.map((product) => [name, product])),
  };
}

function Line({ list, edit, remove }: { list: ProductList; edit(): void; remove(): void }) {
  const product = list.products.map((one) => one.replaceAll(",", "%2C")).join(",");
  return (
    <li className={classes.line}>
      <span className={classes.says}>
        <span className={classes.name}>{list.name}</span>
        <span className={classes.products}>{list.products.join(", ")}</span>
      </span>
      <span className={form.buttons}>
        <Link className={form.button} to={{ pathname: "/", search: `?${new URLSearchParams({ product })}` }}>
          Show<span className={classes.hidden}> {list.name}</span>
        </Link>
        <button type="button" className={form.button} onClick={edit} aria-label={`Edit ${list.name}`}>
          Edit
        </button>
        <button type="button" className={form.quiet} onClick={remove} aria-label={`Delete ${list.name}`}>
          Delete
        </button>
      </span>
    </li>
  );
}

interface EditProps {
  editing: Editing;
  busy: boolean;
  save(body: ProductListIn): void;
  close(): void;
}

function Edit({ editing, busy, save, close }: EditProps) {
  const [name, setName] = useState(editing.list.name);
  const [products, setProducts] = useState<readonly string[]>(editing.list.products);
  const { options, loading } = useOptions("product", "30d", true);
  const all = [...new Set([...editing.list.products, ...options.map(({ value }) => value)])];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && products.length > 0) save({ name: name.trim(), products: [...products] });
  };
  return (
    <form className={classes.edit} onSubmit={submit}>
      <label className={form.field}>
        Name
        <input
          value={name}
          required
          maxLength={LONGEST_NAME}
          // biome-ignore lint/a11y/noAutofocus: the form was asked for by a button
          autoFocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <fieldset className={classes.choices}>
        <legend>{plural(products.length, "product")} of the last 30 days</legend>
        {all.length === 0 && <p className={form.note}>{loading ? "Loading…" : "No post names a product."}</p>}
        {all.map((product) => (
          <label key={product} className={form.check}>
            <input
              type="checkbox"
              checked={products.includes(product)}
              onChange={() =>
                setProducts((now) =>
                  now.includes(product) ? now.filter((one) => one !== product) : [...now, product],
                )
              }
            />
            {product}
          </label>
        ))}
      </fieldset>
      <div className={form.buttons}>
        <button
          type="submit"
          className={form.primary}
          disabled={busy || !name.trim() || products.length === 0}
        >
          {busy ? "Saving…" : "Save the list"}
        </button>
        <button type="button" className={form.button} onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

import { useProductLists } from "../api/saved";
import classes from "./ProductListPick.module.css";

const ALL = "all";
const OWN = "own";

interface ProductListPickProps {
  /** The products that are filtered by. */
  chosen: readonly string[];
  onChoose(products: string[]): void;
}

/** Filters by the products of a tracked list; nothing to see before there is one. */
export function ProductListPick({ chosen, onChoose }: ProductListPickProps) {
  const lists = useProductLists();
  if (!lists.data || lists.data.length === 0) return null;
  const shown = lists.data.find(({ products }) => isSame(products, chosen));
  return (
    <select
      className={classes.pick}
      aria-label="Tracked products"
      value={shown ? String(shown.id) : chosen.length > 0 ? OWN : ALL}
      onChange={({ currentTarget: { value } }) =>
        onChoose([...(lists.data.find(({ id }) => String(id) === value)?.products ?? [])])
      }
    >
      <option value={ALL}>All products</option>
      {!shown && chosen.length > 0 && <option value={OWN}>As filtered</option>}
      {lists.data.map(({ id, name }) => (
        <option key={id} value={String(id)}>
          {name}
        </option>
      ))}
    </select>
  );
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  const all = new Set(one);
  return all.size === new Set(other).size && other.every((value) => all.has(value));
}

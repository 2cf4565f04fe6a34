import type { Order } from "../lib/ranking";
import { Icon } from "../ui/Icon";
import rows from "./LeanRow.module.css";
import classes from "./Ranking.module.css";

interface RankingHeadProps {
  order: Order;
  /** Whether the columns of churn risk and toxicity are there. */
  risks: boolean;
  onOrder(order: Order): void;
}

/** The heads of the columns: each sorts by it. */
export function RankingHead({ order, risks, onOrder }: RankingHeadProps) {
  const head = (of: Order, className?: string) => (
    <button
      type="button"
      className={`${classes.sort} ${className ?? ""}`}
      aria-pressed={order === of}
      aria-label={`Sort by ${of}`}
      onClick={() => onOrder(of)}
    >
      {of}
      {order === of && <Icon name="down" size={10} />}
    </button>
  );
  return (
    <div className={rows.head}>
      <span />
      <span className={rows.poles}>
        {head("negative")}
        {head("positive")}
      </span>
      <span>score</span>
      {risks && (
        <>
          {head("churn", classes.risk)}
          {head("toxic", classes.risk)}
        </>
      )}
      {head("posts")}
    </div>
  );
}

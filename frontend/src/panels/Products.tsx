import { ProductListPick } from "./ProductListPick";
import { Ranking, type RankingProps } from "./Ranking";

interface ProductsProps extends RankingProps {
  /** Filters by these alone; none are all. */
  onChoose(products: string[]): void;
}

export default function Products({ onChoose, ...props }: ProductsProps) {
  return (
    <Ranking
      {...props}
      title="Products"
      grouping="products"
      dimension="product"
      about="By product, as the source names it. Tracked products, lists of the settings, are chosen beside the title."
      empty="No post names a product"
      actions={<ProductListPick chosen={props.filters.product} onChoose={onChoose} />}
    />
  );
}

import { Ranking, type RankingProps } from "./Ranking";

export default function Products(props: RankingProps) {
  return (
    <Ranking
      {...props}
      title="Products"
      grouping="products"
      dimension="product"
      about="By product, as the source names it."
      empty="No post names a product"
    />
  );
}

import { Ranking, type RankingProps } from "./Ranking";

export default function Cities(props: RankingProps) {
  return (
    <Ranking
      {...props}
      title="Cities"
      grouping="cities"
      dimension="city"
      about="By the city that the location as typed was resolved to; posts whose place is unclear are in no row."
      empty="No post could be placed in a city"
    />
  );
}

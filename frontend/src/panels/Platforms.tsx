import { Ranking, type RankingProps } from "./Ranking";

export default function Platforms(props: RankingProps) {
  return (
    <Ranking
      {...props}
      title="Platforms"
      grouping="platforms"
      dimension="source"
      about="By the platform a post was written on."
      empty="No posts"
    />
  );
}

import { Ranking, type RankingProps } from "./Ranking";

export default function Channels(props: RankingProps) {
  return (
    <Ranking
      {...props}
      title="Channels"
      grouping="channels"
      dimension="channel"
      about="By channel: where a product or its support was met."
      empty="No post names a channel"
    />
  );
}

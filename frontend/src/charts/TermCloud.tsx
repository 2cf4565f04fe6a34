import { useElementSize } from "@mantine/hooks";
import cloud from "d3-cloud";
import { useEffect, useState } from "react";
import { leanInk, leanReach, sideOf } from "../lib/lean";
import { sizeOf, steady, type Told } from "../lib/terms";
import classes from "./TermCloud.module.css";

const HEIGHT = 322;
/** A cloud of this width and more is drawn in full size. */
const FULL_WIDTH = 460;
const FONT = "Inter Variable";

interface Placed extends cloud.Word {
  told: Told;
}

interface TermCloudProps {
  terms: readonly Told[];
  summary: string;
  onTerm(term: string): void;
}

/** Terms as large as they are common. The same terms make the same picture; negative ones lean in italics, too. */
export function TermCloud({ terms, summary, onTerm }: TermCloudProps) {
  const { ref, width } = useElementSize();
  const [placed, setPlaced] = useState<Placed[]>([]);
  const most = terms[0]?.people ?? 1;
  const reach = leanReach(terms.map((term) => term.average_sentiment));

  useEffect(() => {
    if (width === 0) return;
    const room = Math.max(0.6, Math.min(1, width / FULL_WIDTH));
    const layout = cloud<Placed>()
      .size([width, HEIGHT])
      .words(terms.map((told) => ({ text: told.term, size: sizeOf(told.people, most, room), told })))
      .font(FONT)
      .fontSize((word) => word.size ?? 0)
      .fontWeight(600)
      .padding(3)
      .rotate(0)
      .random(steady())
      .on("end", setPlaced);
    layout.start();
    return () => void layout.stop();
  }, [terms, most, width]);

  return (
    <div ref={ref} className={classes.cloud} style={{ height: HEIGHT }} data-testid="word-cloud">
      <svg width={width} height={HEIGHT} role="img" aria-label={summary}>
        <g transform={`translate(${width / 2} ${HEIGHT / 2})`}>
          {placed.map(({ told, size, x = 0, y = 0 }) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list of terms beside it is the way of keys
            <text
              key={told.term}
              className={classes.word}
              data-term={told.term}
              data-side={sideOf(told.average_sentiment)}
              x={x}
              y={y}
              fontSize={size}
              fill={leanInk(told.average_sentiment, reach)}
              onClick={() => onTerm(told.term)}
            >
              {told.term}
            </text>
          ))}
        </g>
      </svg>
    </div>
  );
}

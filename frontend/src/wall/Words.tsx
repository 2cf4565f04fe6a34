import { useTerms } from "../api/places";
import { leanInk, leanReach, sideOf } from "../lib/lean";
import { shapeOf } from "../lib/range";
import { cloudSummary, sampleNote } from "../lib/terms";
import { SceneBody, type SceneProps } from "./SceneBody";
import classes from "./Words.module.css";

/** As many as fit and are still read from afar. */
const WORDS = 24;
/** On a screen 1920 wide. */
const SMALLEST = 36;
const LARGEST = 132;

/** What people write about: the larger, the more of them; red and italic leans negative, blue and upright positive. */
export default function Words({ range, filters }: SceneProps) {
  const terms = useTerms(range, filters, "people", WORDS);
  return (
    <SceneBody
      query={terms}
      isEmpty={({ items }) => items.length === 0}
      empty={`No term is used by three people in the ${shapeOf(range).title}.`}
    >
      {(data) => {
        const { items } = data;
        const most = Math.max(1, ...items.map(({ people }) => people));
        const reach = leanReach(items.map((term) => term.average_sentiment));
        return (
          <div className={classes.scene}>
            <div className={classes.words} role="img" aria-label={cloudSummary(items)}>
              {items.map(({ term, people, average_sentiment }) => {
                const size = SMALLEST + (LARGEST - SMALLEST) * (people / most);
                return (
                  <span
                    key={term}
                    data-side={sideOf(average_sentiment)}
                    style={{
                      color: leanInk(average_sentiment, reach),
                      fontSize: `max(16px, calc(${Math.round(size)} * var(--u)))`,
                    }}
                  >
                    {term}
                  </span>
                );
              })}
            </div>
            <p className={classes.note}>
              Blue leans positive, <em>red and italic</em> negative. Of the {sampleNote(data)}.
            </p>
          </div>
        );
      }}
    </SceneBody>
  );
}

import { formatCount, formatScore, formatShare, formatSpanUtc } from "../lib/format";
import { SENTIMENT_TITLES } from "../lib/sentiment";
import { Icon } from "../ui/Icon";
import type { Bar } from "./bars";
import classes from "./TrendChart.module.css";
import { spanTitle } from "./timeAxis";

const ROWS = ["positive", "neutral", "negative"] as const;

interface TrendReadoutProps {
  bar: Bar;
  /** What is read, or selected. */
  span: { start: number; end: number };
  /** Several slices are being selected: the figures are of the last one. */
  selecting: boolean;
  /** Why the slice does not hold all of its time; null where it does. */
  partial: string | null;
}

/** All numbers of one bar, whatever the legend hides. */
export function TrendReadout({ bar, span, selecting, partial }: TrendReadoutProps) {
  if (selecting)
    return (
      <div className={classes.card} role="status">
        <When span={span} />
      </div>
    );
  return (
    <div className={classes.card} role="status">
      <When span={span} partial={partial} />
      <table className="numeric">
        <tbody>
          {ROWS.map((row) => (
            <tr key={row} data-series={row}>
              <th scope="row">
                <Icon name={row} size={13} /> {SENTIMENT_TITLES[row]}
              </th>
              <td>{formatCount(bar[row])}</td>
              <td>{formatShare(bar.scored > 0 ? bar[row] / bar.scored : null)}</td>
            </tr>
          ))}
          {bar.unscored > 0 && (
            <tr data-series="unscored">
              <th scope="row">
                <Icon name="unscored" size={13} /> Unscored
              </th>
              <td>{formatCount(bar.unscored)}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
      <p className={`${classes.sum} numeric`}>
        {formatCount(bar.posts)} posts, average {formatScore(bar.average)}
      </p>
    </div>
  );
}

function When({ span, partial = null }: Pick<TrendReadoutProps, "span"> & { partial?: string | null }) {
  return (
    <p className={classes.when}>
      {spanTitle(span)}
      {partial !== null && <span> {partial}</span>}
      <small className="numeric">{formatSpanUtc(span.start, span.end)}</small>
    </p>
  );
}

import { lazy, Suspense, useState } from "react";
import { DIMENSION_TITLES, type Dimension } from "../lib/filters";
import classes from "./FilterMenu.module.css";
import { Icon } from "./Icon";
import pill from "./Pill.module.css";
import { Popup } from "./Popup";
import type { FilterControls } from "./useFilters";
import { titleOfValue } from "./useOptions";

const FilterChoices = lazy(() => import("./FilterChoices"));

/** One dimension: a pill that tells what is chosen, and behind it the choice. */
export function FilterMenu({ dimension, controls }: { dimension: Dimension; controls: FilterControls }) {
  const [open, setOpen] = useState(false);
  const chosen = controls.filters[dimension];
  const [first] = chosen;
  const title = DIMENSION_TITLES[dimension];
  return (
    <span className={pill.pill} data-active={chosen.length > 0 || undefined}>
      <Popup
        opened={open}
        onChange={setOpen}
        position="bottom-start"
        trapFocus
        className={classes.dropdown}
        target={
          <button type="button" className={pill.target}>
            <span>{title}</span>
            {first !== undefined && (
              <strong className={classes.chosen}>
                {titleOfValue(dimension, first)}
                {chosen.length > 1 && ` +${chosen.length - 1}`}
              </strong>
            )}
            {first === undefined && <Icon name="down" size={13} />}
          </button>
        }
      >
        <Suspense fallback={<p className={classes.note}>Loading…</p>}>
          <FilterChoices dimension={dimension} controls={controls} />
        </Suspense>
      </Popup>
      {first !== undefined && (
        <button
          type="button"
          className={pill.remove}
          aria-label={`Remove the ${title.toLowerCase()} filter`}
          onClick={() => controls.setValues(dimension, [])}
        >
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}

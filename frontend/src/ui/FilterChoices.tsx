import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { DIMENSION_TITLES, type Dimension } from "../lib/filters";
import { formatCompact } from "../lib/format";
import classes from "./FilterMenu.module.css";
import type { FilterControls } from "./useFilters";
import { type Option, titleOfValue, useOptions } from "./useOptions";

const SEARCHABLE = 9;

/** What there is to choose of one dimension. */
export default function FilterChoices({
  dimension,
  controls,
}: {
  dimension: Dimension;
  controls: FilterControls;
}) {
  const { options, loading, failed } = useOptions(dimension, controls.range, true);
  const [wanted, setWanted] = useState("");
  const chosen = controls.filters[dimension];
  // What was chosen stays in the list although the range holds none of it.
  const absent: Option[] = chosen
    .filter((value) => !options.some((option) => option.value === value))
    .map((value) => ({ value, title: titleOfValue(dimension, value), posts: 0 }));
  const all = [...absent, ...options];
  const shown = all.filter((option) => option.title.toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <>
      {all.length >= SEARCHABLE && (
        <TextInput
          size="xs"
          className={classes.find}
          aria-label={`Find a ${DIMENSION_TITLES[dimension].toLowerCase()}`}
          placeholder="Find"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <ul className={classes.list}>
        {shown.map((option) => (
          <li key={option.value}>
            <Checkbox
              className={classes.choice}
              size="xs"
              checked={chosen.includes(option.value)}
              onChange={() => controls.toggle(dimension, option.value)}
              label={
                <>
                  <span className={classes.title}>{option.title}</span>
                  {option.posts !== null && (
                    <span className={`${classes.posts} numeric`}>{formatCompact(option.posts)}</span>
                  )}
                </>
              }
            />
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p className={classes.note} role="status">
          {loading
            ? "Loading…"
            : failed
              ? "The choices could not be loaded."
              : "Nothing to choose in this range."}
        </p>
      )}
    </>
  );
}

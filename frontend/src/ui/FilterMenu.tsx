import { Checkbox, Popover, TextInput } from "@mantine/core";
import { useState } from "react";
import { DIMENSION_TITLES, type Dimension } from "../lib/filters";
import { formatCompact } from "../lib/format";
import classes from "./FilterMenu.module.css";
import { Icon } from "./Icon";
import pill from "./Pill.module.css";
import type { FilterControls } from "./useFilters";
import { type Option, titleOfValue, useOptions } from "./useOptions";

const SEARCHABLE = 9;

/** One dimension: a pill that tells what is chosen, and behind it the choice. */
export function FilterMenu({ dimension, controls }: { dimension: Dimension; controls: FilterControls }) {
  const [open, setOpen] = useState(false);
  const chosen = controls.filters[dimension];
  const [first] = chosen;
  const title = DIMENSION_TITLES[dimension];
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus withinPortal>
      <span className={pill.pill} data-active={chosen.length > 0 || undefined}>
        <Popover.Target>
          <button type="button" className={pill.target} onClick={() => setOpen((now) => !now)}>
            <span>{title}</span>
            {first !== undefined && (
              <strong className={classes.chosen}>
                {titleOfValue(dimension, first)}
                {chosen.length > 1 && ` +${chosen.length - 1}`}
              </strong>
            )}
            {first === undefined && <Icon name="down" size={13} />}
          </button>
        </Popover.Target>
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
      <Popover.Dropdown className={classes.dropdown}>
        <Choices dimension={dimension} controls={controls} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Choices({ dimension, controls }: { dimension: Dimension; controls: FilterControls }) {
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
            ? "Reading…"
            : failed
              ? "The choices could not be read."
              : "Nothing to choose in this range."}
        </p>
      )}
    </>
  );
}

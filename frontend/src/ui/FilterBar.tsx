import { SegmentedControl, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type RefObject, useEffect, useState } from "react";
import { countFilters, DIMENSIONS } from "../lib/filters";
import { PRESETS, type Range, shapeOf } from "../lib/range";
import classes from "./FilterBar.module.css";
import { FilterMenu } from "./FilterMenu";
import { Icon } from "./Icon";
import type { FilterControls } from "./useFilters";

const TYPING_MS = 350;
const ranges = PRESETS.map((range) => ({
  value: range,
  label: (
    <>
      <span aria-hidden="true">{range}</span>
      <VisuallyHidden>{shapeOf(range).title}</VisuallyHidden>
    </>
  ),
}));

interface FilterBarProps {
  controls: FilterControls;
  searchRef: RefObject<HTMLInputElement | null>;
}

export function FilterBar({ controls, searchRef }: FilterBarProps) {
  const { range, filters, setRange, clear } = controls;
  return (
    <search className={classes.bar} aria-label="Filters">
      <SegmentedControl
        className={classes.ranges}
        size="xs"
        radius="md"
        aria-label="Time range"
        data={ranges}
        value={range}
        onChange={(value) => setRange(value as Range)}
      />
      <SearchField controls={controls} searchRef={searchRef} />
      <div className={classes.menus}>
        {DIMENSIONS.map((dimension) => (
          <FilterMenu key={dimension} dimension={dimension} controls={controls} />
        ))}
        {countFilters(filters) > 0 && (
          <button type="button" className={classes.clear} onClick={clear}>
            Clear all
          </button>
        )}
      </div>
    </search>
  );
}

function SearchField({ controls, searchRef }: FilterBarProps) {
  const { filters, setQuery } = controls;
  const [text, setText] = useState(filters.q);
  const submit = useDebouncedCallback(setQuery, TYPING_MS);
  // The address may change from elsewhere: the back button, "Clear all".
  useEffect(() => setText(filters.q), [filters.q]);
  return (
    <TextInput
      ref={searchRef}
      className={classes.search}
      size="xs"
      radius="md"
      type="search"
      maxLength={500}
      placeholder="Search in posts"
      aria-label="Search in posts"
      leftSection={<Icon name="search" size={15} />}
      rightSection={<kbd className={classes.key}>/</kbd>}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        submit(event.currentTarget.value);
      }}
    />
  );
}

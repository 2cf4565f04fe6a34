import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type RefObject, useEffect, useState } from "react";
import { countFilters, DIMENSIONS } from "../lib/filters";
import { shapeOf } from "../lib/range";
import classes from "./FilterBar.module.css";
import { FilterMenu } from "./FilterMenu";
import { Icon } from "./Icon";
import { RangePicker } from "./RangePicker";
import { Tip } from "./Tip";
import type { FilterControls } from "./useFilters";
import { useWall } from "./useWall";

const TYPING_MS = 350;
interface FilterBarProps {
  controls: FilterControls;
  searchRef: RefObject<HTMLInputElement | null>;
  /** The page has something to set beside the time before. */
  comparable?: boolean;
}

export function FilterBar({ controls, searchRef, comparable = false }: FilterBarProps) {
  const { range, filters, setRange, clear } = controls;
  return (
    <search className={classes.bar} aria-label="Filters">
      <RangePicker range={range} setRange={setRange} />
      {comparable && <CompareSwitch controls={controls} />}
      {comparable && <WallButton />}
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

/** What these filters show, for the screen on the wall. */
function WallButton() {
  const { show } = useWall();
  return (
    <Tip label="Wallboard: one thing at a time, for a screen on the wall (w)">
      <button type="button" className={classes.wall} aria-label="Wallboard" onClick={show}>
        <Icon name="screen" size={16} />
      </button>
    </Tip>
  );
}

function CompareSwitch({ controls }: { controls: FilterControls }) {
  const { compare, range, setCompare } = controls;
  return (
    <Tip label={`Compare with ${shapeOf(range).previous}`}>
      <button
        type="button"
        role="switch"
        aria-checked={compare}
        className={classes.compare}
        onClick={() => setCompare(!compare)}
      >
        <span className={classes.knob} aria-hidden="true" />
        Compare
      </button>
    </Tip>
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

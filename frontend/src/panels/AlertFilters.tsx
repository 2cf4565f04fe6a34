import { SegmentedControl } from "@mantine/core";
import { ALERT_TYPES, type AlertType, TYPE_TITLES } from "../lib/alerts";
import { isPreset, PRESETS, type Range, shapeOf } from "../lib/range";
import form from "../ui/Form.module.css";
import classes from "./AlertFilters.module.css";

export const STATES = ["open", "ended"] as const;
type State = (typeof STATES)[number];

interface AlertFiltersProps {
  range: Range;
  setRange(range: Range): void;
  type: AlertType | null;
  state: State | null;
  choose(change: { type?: AlertType | null; state?: State | null }): void;
}

/** Which episodes: over which time, of which kind, still open or not. All of it is in the address. */
export function AlertFilters({ range, setRange, type, state, choose }: AlertFiltersProps) {
  return (
    <search className={classes.bar} aria-label="Alert filters">
      <label className={form.inline}>
        Time
        <select value={range} onChange={(event) => setRange(event.currentTarget.value as Range)}>
          {!isPreset(range) && <option value={range}>{shapeOf(range).title}</option>}
          {PRESETS.map((preset) => (
            <option key={preset} value={preset}>
              {shapeOf(preset).title}
            </option>
          ))}
        </select>
      </label>
      <label className={form.inline}>
        Kind
        <select
          value={type ?? ""}
          onChange={(event) => choose({ type: (event.currentTarget.value || null) as AlertType | null })}
        >
          <option value="">all kinds</option>
          {ALERT_TYPES.map((one) => (
            <option key={one} value={one}>
              {TYPE_TITLES[one]}
            </option>
          ))}
        </select>
      </label>
      <SegmentedControl
        size="xs"
        radius="md"
        aria-label="State"
        data={[
          { value: "", label: "All" },
          { value: "open", label: "Open" },
          { value: "ended", label: "Ended" },
        ]}
        value={state ?? ""}
        onChange={(value) => choose({ state: (value || null) as State | null })}
      />
    </search>
  );
}

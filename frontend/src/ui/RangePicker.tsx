import { SegmentedControl, TextInput, VisuallyHidden } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { checkedRange, toField } from "../lib/datetimeField";
import { formatSpan } from "../lib/format";
import { intervalOf, isPreset, PRESETS, type Range, shapeOf } from "../lib/range";
import { Icon } from "./Icon";
import pill from "./Pill.module.css";
import { Popup } from "./Popup";
import classes from "./RangePicker.module.css";
import { zoneNote } from "./zone";

const presets = PRESETS.map((range) => ({
  value: range,
  label: (
    <>
      <span aria-hidden="true">{range}</span>
      <VisuallyHidden>{shapeOf(range).title}</VisuallyHidden>
    </>
  ),
}));

interface RangePickerProps {
  range: Range;
  setRange(range: Range): void;
}

/** Which time: one that ends now, or any other. */
export function RangePicker({ range, setRange }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const { interval } = shapeOf(range);
  return (
    <>
      <SegmentedControl
        className={classes.presets}
        size="xs"
        radius="md"
        aria-label="Time range"
        data={presets}
        value={isPreset(range) ? range : ""}
        onChange={(value) => setRange(value as Range)}
      />
      <span className={pill.pill} data-active={interval !== null || undefined}>
        <Popup
          opened={open}
          onChange={setOpen}
          position="bottom-start"
          trapFocus
          className={classes.dropdown}
          target={
            <button
              type="button"
              className={pill.target}
              title={interval ? `${range.replaceAll(/[TZ]/g, " ")}UTC` : undefined}
              data-testid="custom-range"
            >
              <Icon name="calendar" size={14} />
              {interval === null ? (
                "Custom"
              ) : (
                <strong className={classes.interval}>{formatSpan(interval.start, interval.end)}</strong>
              )}
            </button>
          }
        >
          <Fields
            range={range}
            apply={(chosen) => {
              setOpen(false);
              setRange(chosen);
            }}
          />
        </Popup>
        {interval !== null && (
          <button
            type="button"
            className={pill.remove}
            aria-label="Back to the last 24 hours"
            onClick={() => setRange("24h")}
          >
            <Icon name="close" size={12} />
          </button>
        )}
      </span>
    </>
  );
}

function Fields({ range, apply }: { range: Range; apply(range: Range): void }) {
  const [shown] = useState(() => intervalOf(range, Date.now()));
  const [from, setFrom] = useState(toField(shown.start));
  const [to, setTo] = useState(toField(shown.end));
  const [problem, setProblem] = useState<{ field: string; problem: string } | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const checked = checkedRange(from, to, Date.now());
    if ("range" in checked) apply(checked.range);
    else setProblem(checked);
  };
  const error = (field: string) => (problem?.field === field ? problem.problem : null);
  return (
    <form className={classes.fields} onSubmit={submit} noValidate>
      <TextInput
        type="datetime-local"
        label="From"
        size="sm"
        value={from}
        error={error("from")}
        onChange={(event) => setFrom(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        type="datetime-local"
        label="To"
        size="sm"
        value={to}
        error={error("to")}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <p className={classes.note}>In your time zone, {zoneNote(new Date())}</p>
      <button type="submit" className={classes.apply}>
        Show this time
      </button>
    </form>
  );
}

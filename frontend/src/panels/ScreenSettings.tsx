import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { timeZone } from "../lib/timeZone";
import form from "../ui/Form.module.css";
import { Panel } from "../ui/Panel";
import { prefer, usePreferences } from "../ui/preferences";
import classes from "./ScreenSettings.module.css";

const ZONES = Intl.supportedValuesOf("timeZone");
const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Theme, zone, density, motion: of this browser, at once, and kept by it. */
export function ScreenSettings() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { zone, density, motion } = usePreferences();
  return (
    <Panel
      title="This screen"
      about="Kept by this browser, for nobody else, and applied before anything is drawn."
    >
      <div className={classes.rows} data-testid="screen-settings">
        <Choice
          title="Theme"
          note="The key t switches it, too."
          options={{ auto: "As the system", light: "Light", dark: "Dark" }}
          value={colorScheme}
          onChange={setColorScheme}
        />
        <Row
          title="Time zone"
          note="Of every time and of the days and hours that charts are cut into; hover over a time for UTC. The page reloads."
        >
          {(id) => (
            <span className={form.inline}>
              <select
                aria-labelledby={id}
                value={zone ?? ""}
                onChange={(event) => prefer({ zone: event.currentTarget.value || null })}
              >
                <option value="">This computer's ({BROWSER_ZONE})</option>
                {!ZONES.includes("UTC") && <option value="UTC">UTC</option>}
                {zone !== null && zone !== "UTC" && !ZONES.includes(zone) && (
                  <option value={zone}>{timeZone()}</option>
                )}
                {ZONES.map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
              </select>
            </span>
          )}
        </Row>
        <Choice
          title="Density"
          note="How much room stands between things."
          options={{ comfortable: "Comfortable", compact: "Compact" }}
          value={density}
          onChange={(chosen) => prefer({ density: chosen })}
        />
        <Choice
          title="Motion"
          note="Reduced: nothing slides or fades, whatever the system says."
          options={{ system: "As the system", reduced: "Reduced" }}
          value={motion}
          onChange={(chosen) => prefer({ motion: chosen })}
        />
      </div>
    </Panel>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  note: string;
  /** What can be chosen, and its title. */
  options: Record<Value, string>;
  value: Value;
  onChange(value: Value): void;
}

function Choice<Value extends string>({ title, note, options, value, onChange }: ChoiceProps<Value>) {
  return (
    <Row title={title} note={note}>
      {(id) => (
        <SegmentedControl
          size="xs"
          radius="md"
          aria-labelledby={id}
          data={(Object.keys(options) as Value[]).map((one) => ({ value: one, label: options[one] }))}
          value={value}
          onChange={onChange}
        />
      )}
    </Row>
  );
}

function Row({
  title,
  note,
  children,
}: {
  title: string;
  note: string;
  children(titleId: string): ReactNode;
}) {
  const id = useId();
  return (
    <div className={classes.row}>
      <div className={classes.says}>
        <p id={id} className={classes.title}>
          {title}
        </p>
        <p className={form.note}>{note}</p>
      </div>
      {children(id)}
    </div>
  );
}

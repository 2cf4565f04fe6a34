import type { RuleIn } from "../api/alerts";
import { SCOPE_DIMENSIONS, type ScopeDimension } from "../lib/alerts";
import { DIMENSION_TITLES } from "../lib/filters";
import form from "../ui/Form.module.css";
import { titleOfValue, useOptions } from "../ui/useOptions";

interface ScopeFieldsProps {
  scope: RuleIn["scope"];
  set(scope: RuleIn["scope"]): void;
  className?: string | undefined;
}

/** The only posts a rule looks at: those of one value, or all. */
export function ScopeFields({ scope, set, className }: ScopeFieldsProps) {
  const dimension = scope?.dimension ?? "product";
  const { options } = useOptions(dimension, "30d", scope !== null);
  const known = options.some(({ value }) => value === scope?.value);
  return (
    <div className={`${form.buttons} ${className ?? ""}`}>
      <label className={form.field} style={{ flex: "1 1 150px" }}>
        Scope
        <select
          value={scope?.dimension ?? ""}
          onChange={(event) => {
            const next = event.currentTarget.value as ScopeDimension | "";
            set(next === "" ? null : { dimension: next, value: "" });
          }}
        >
          <option value="">all posts</option>
          {SCOPE_DIMENSIONS.map((one) => (
            <option key={one} value={one}>
              one {DIMENSION_TITLES[one].toLowerCase()}
            </option>
          ))}
        </select>
      </label>
      {scope && (
        <label className={form.field} style={{ flex: "2 1 190px" }}>
          {DIMENSION_TITLES[dimension]}
          <select
            value={scope.value}
            onChange={(event) => set({ dimension, value: event.currentTarget.value })}
          >
            <option value="">choose …</option>
            {!known && scope.value !== "" && (
              <option value={scope.value}>{titleOfValue(dimension, scope.value)}</option>
            )}
            {options.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

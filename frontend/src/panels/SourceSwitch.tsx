import { useSwitchSource } from "../api/sources";
import type { SourceState } from "../api/types";
import { isOn } from "../lib/sources";
import form from "../ui/Form.module.css";

/** Stops a source of this system, or starts it again; what has come to its end stays as it is. */
export function SourceSwitch({ source }: { source: SourceState }) {
  const { mutate, isPending, error } = useSwitchSource(source.name);
  if (source.state === "finished") return null;
  const way = isOn(source) ? "stop" : "start";
  const title = way === "stop" ? "Stop" : "Start";
  return (
    <>
      <button
        type="button"
        className={form.button}
        disabled={isPending}
        aria-label={`${title} ${source.name}`}
        onClick={() => mutate(way)}
      >
        {title}
      </button>
      {error && (
        <p role="status" className={form.error}>
          {error.message}
        </p>
      )}
    </>
  );
}

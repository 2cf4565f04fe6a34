import { useHotkeys } from "@mantine/hooks";
import { type CSSProperties, useEffect, useRef } from "react";
import { useAlerts } from "../api/hooks";
import type { Alert } from "../api/types";
import { alertHeadline, isSnoozed } from "../lib/alerts";
import { formatClock } from "../lib/format";
import { Icon } from "../ui/Icon";
import type { FilterControls } from "../ui/useFilters";
import { useWholeScreen } from "../ui/useFullScreen";
import { useNow } from "../ui/useNow";
import { useSimulated } from "../ui/useSimulated";
import Alerts from "./Alerts";
import Mood from "./Mood";
import OverTime from "./OverTime";
import { Places, Products } from "./Rankings";
import { DWELL_SECONDS, driftOf, SCENE_TITLES, type Scene } from "./rotation";
import type { SceneProps } from "./SceneBody";
import { scopeOf } from "./scope";
import { Turns } from "./Turns";
import { type Rotation, useRotation } from "./useRotation";
import { useWakeLock } from "./useWakeLock";
import classes from "./Wallboard.module.css";
import { WallState } from "./WallState";
import Words from "./Words";

/** Read, so that snoozed ones, which are not shown, leave enough. */
const READ = 50;

interface WallboardProps {
  controls: FilterControls;
  onEnd(): void;
}

/** The Overview for the wall of an office: one thing at a time, in turn, read from four metres away. */
export default function Wallboard({ controls, onEnd }: WallboardProps) {
  const { range, filters, compare } = controls;
  const open = useAlerts(true, READ);
  const now = useNow(10_000);
  const calling = (open.data?.alerts ?? []).filter((alert) => !isSnoozed(alert, now));
  const rotation = useRotation(calling.map(({ id }) => id));
  const wall = useRef<HTMLElement>(null);
  useWholeScreen(true, onEnd);
  useWakeLock();
  useWallKeys(rotation);
  useEffect(() => wall.current?.focus(), []);
  const simulated = useSimulated();
  const [left, top] = driftOf(rotation.turn);
  return (
    <main
      ref={wall}
      id="content"
      tabIndex={-1}
      className={classes.wall}
      data-testid="wall"
      data-scene={rotation.scene}
      style={{ "--dwell": `${DWELL_SECONDS}s`, "--left": left, "--top": top } as CSSProperties}
    >
      <header className={classes.head}>
        <div>
          <h1>{SCENE_TITLES[rotation.scene]}</h1>
          <p>
            {scopeOf(range, filters)}
            {simulated && " · Demo data"}
          </p>
        </div>
        <WallState />
        <time className="numeric">{formatClock(now)}</time>
      </header>
      <div key={rotation.turn} className={classes.scene} data-told="">
        <SceneOf scene={rotation.scene} alerts={calling} range={range} filters={filters} compare={compare} />
      </div>
      {calling[0] && rotation.scene !== "alerts" && (
        <p className={classes.alert} role="alert" data-told="">
          <Icon name="alert" size={44} />
          <strong>{alertHeadline(calling[0])}</strong>
          {calling.length > 1 && <span>and {calling.length - 1} more</span>}
        </p>
      )}
      <Turns rotation={rotation} onEnd={onEnd} />
    </main>
  );
}

function SceneOf({ scene, alerts, ...shown }: SceneProps & { scene: Scene; alerts: readonly Alert[] }) {
  switch (scene) {
    case "alerts":
      return <Alerts alerts={alerts} />;
    case "mood":
      return <Mood {...shown} />;
    case "trend":
      return <OverTime {...shown} />;
    case "places":
      return <Places {...shown} />;
    case "terms":
      return <Words {...shown} />;
    case "products":
      return <Products {...shown} />;
  }
}

/** Escape is the whole screen's to hear. A button that has the focus keeps its own space key. */
function useWallKeys({ step, toggle }: Rotation): void {
  useHotkeys([
    ["ArrowRight", () => step(1)],
    ["ArrowLeft", () => step(-1)],
    ["Space", ({ target }) => target instanceof HTMLButtonElement || toggle(), { preventDefault: false }],
  ]);
}

import { Icon } from "../ui/Icon";
import { SCENE_TITLES } from "./rotation";
import classes from "./Turns.module.css";
import type { Rotation } from "./useRotation";

/** How far the rotation is, and the ways to hold it, to go on and to leave. */
export function Turns({ rotation, onEnd }: { rotation: Rotation; onEnd(): void }) {
  const { scene, scenes, paused, turn, step, toggle } = rotation;
  const place = scenes.indexOf(scene);
  return (
    <footer className={classes.foot}>
      <ol className={classes.turns} aria-label="Scenes">
        {scenes.map((one, index) => (
          <li
            key={one}
            aria-current={one === scene ? "step" : undefined}
            data-seen={index < place || undefined}
            title={SCENE_TITLES[one]}
          >
            {one === scene && <span key={turn} className={classes.run} data-paused={paused || undefined} />}
            <span className={classes.hidden}>{SCENE_TITLES[one]}</span>
          </li>
        ))}
      </ol>
      <p className={`${classes.place} numeric`}>
        {place + 1} of {scenes.length}
        {paused && ", paused"}
      </p>
      <nav className={classes.controls} aria-label="Wallboard">
        <button type="button" onClick={() => step(-1)} aria-label="Scene before (left arrow)">
          <Icon name="down" size={24} />
        </button>
        <button type="button" onClick={toggle} aria-label={paused ? "Go on (space)" : "Pause (space)"}>
          <Icon name={paused ? "play" : "pause"} size={24} />
        </button>
        <button type="button" onClick={() => step(1)} aria-label="Next scene (right arrow)">
          <Icon name="down" size={24} />
        </button>
        <button type="button" onClick={onEnd} aria-label="End the wallboard (Esc)">
          <Icon name="close" size={24} />
        </button>
      </nav>
    </footer>
  );
}

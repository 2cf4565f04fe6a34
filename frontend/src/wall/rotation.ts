/** What the wall shows, one after the other. */
export const SCENES = ["alerts", "mood", "trend", "places", "terms", "products"] as const;
export type Scene = (typeof SCENES)[number];

export const SCENE_TITLES: Record<Scene, string> = {
  alerts: "Going on now",
  mood: "How people feel",
  trend: "Is it getting worse?",
  places: "Where",
  terms: "About what",
  products: "Products and channels",
};

/** Seconds that a scene stays: long enough to be read by somebody who walks past. */
export const DWELL_SECONDS = 15;

/** The scenes there is something to say in: alerts only while there are any. */
export function scenesOf(alerts: number): readonly Scene[] {
  return alerts > 0 ? SCENES : SCENES.filter((scene) => scene !== "alerts");
}

/** The scene `by` places further, around the end; from one that is gone it goes to the first. */
export function stepped(scene: Scene, scenes: readonly Scene[], by: 1 | -1): Scene {
  const place = scenes.indexOf(scene);
  const next = place < 0 ? 0 : (place + by + scenes.length) % scenes.length;
  return scenes[next] ?? "mood";
}

/** Whether some of `open` was not known: news, which comes before everything else. */
export function hasNews(open: readonly number[], known: ReadonlySet<number>): boolean {
  return open.some((id) => !known.has(id));
}

const DRIFT: readonly (readonly [number, number])[] = [
  [0, 0],
  [5, 3],
  [-4, 5],
  [3, -4],
  [-5, -2],
];

/** By how many pixels of a 1920 wide screen the picture is moved in turn `turn`, so that nothing burns in. */
export function driftOf(turn: number): readonly [number, number] {
  return DRIFT[turn % DRIFT.length] ?? [0, 0];
}

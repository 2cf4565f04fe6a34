import { useDocumentVisibility } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { DWELL_SECONDS, hasNews, type Scene, scenesOf, stepped } from "./rotation";

export interface Rotation {
  scene: Scene;
  scenes: readonly Scene[];
  paused: boolean;
  /** Counts the scenes shown: each of its own, though one may come again. */
  turn: number;
  step(by: 1 | -1): void;
  toggle(): void;
}

/** One scene after the other, at rest while paused or hidden; a new alert comes at once. `open`: ids of alerts. */
export function useRotation(open: readonly number[]): Rotation {
  const scenes = scenesOf(open.length);
  const [scene, setScene] = useState<Scene>("mood");
  const [turn, setTurn] = useState(0);
  const [paused, setPaused] = useState(false);
  const hidden = useDocumentVisibility() === "hidden";
  const known = useRef<ReadonlySet<number>>(new Set());
  const ids = open.join(",");

  const go = useCallback((next: Scene) => {
    setScene(next);
    setTurn((count) => count + 1);
  }, []);
  const step = useCallback((by: 1 | -1) => go(stepped(scene, scenes, by)), [go, scene, scenes]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `ids` says all of `open`, which is another array each time
  useEffect(() => {
    const news = hasNews(open, known.current);
    known.current = new Set(open);
    if (news) go("alerts");
    else if (open.length === 0) setScene((shown) => (shown === "alerts" ? "mood" : shown));
  }, [ids]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is timed anew even if it shows the same scene
  useEffect(() => {
    if (paused || hidden) return;
    const timer = setTimeout(() => go(stepped(scene, scenesOf(ids ? 1 : 0), 1)), DWELL_SECONDS * 1_000);
    return () => clearTimeout(timer);
  }, [scene, turn, paused, hidden, ids, go]);

  const toggle = useCallback(() => setPaused((now) => !now), []);
  return { scene, scenes, paused, turn, step, toggle };
}

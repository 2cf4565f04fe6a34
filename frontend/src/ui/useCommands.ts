import { useMantineColorScheme } from "@mantine/core";
import { useLocation, useNavigate } from "react-router";
import { useViews } from "../api/saved";
import type { Command } from "../lib/commands";
import { DIMENSION_TITLES, type Dimension } from "../lib/filters";
import { PRESETS, shapeOf } from "../lib/range";
import { addressOf } from "../lib/views";
import { useLive } from "../live/store";
import { PAGES } from "./Navigation";
import type { FilterControls } from "./useFilters";
import { useOptions } from "./useOptions";
import { useWall } from "./useWall";

const OFFERED: readonly Dimension[] = ["sentiment", "product", "channel", "source", "emotion"];
const SCHEMES = ["auto", "light", "dark"] as const;

/** What can be done from anywhere; `help` opens the list of keys. */
export function useCommands(controls: FilterControls, help: () => void): Command[] {
  const navigate = useNavigate();
  const { search } = useLocation();
  const { setColorScheme } = useMantineColorScheme();
  const paused = useLive((state) => state.holds.paused);
  const filters = useFilterCommands(controls);
  const kept = new URLSearchParams(search);
  kept.delete("post");
  const views = useViews();
  const wall = useWall();
  return [
    ...PAGES.map(({ path, title }) => ({
      id: `page:${path}`,
      group: "Go to",
      title,
      run: () => void navigate({ pathname: path, search: kept.toString() }),
    })),
    { id: "wall", group: "Go to", title: "Wallboard", key: "w", run: wall.show },
    ...(views.data ?? []).map((view) => ({
      id: `view:${view.id}`,
      group: "Saved views",
      title: view.name,
      run: () => void navigate(addressOf(view)),
    })),
    {
      id: "pause",
      group: "Live feed",
      title: paused ? "Go on" : "Pause",
      key: "p",
      run: () => useLive.getState().hold("paused", !paused),
    },
    ...PRESETS.map((preset) => ({
      id: `range:${preset}`,
      group: "Time",
      title: `The ${shapeOf(preset).title}`,
      run: () => controls.setRange(preset),
    })),
    { id: "clear", group: "Filters", title: "Clear all filters", run: controls.clear },
    ...filters,
    ...SCHEMES.map((scheme) => ({
      id: `theme:${scheme}`,
      group: "Theme",
      title: scheme === "auto" ? "As the system" : scheme === "light" ? "Light" : "Dark",
      key: "t",
      run: () => setColorScheme(scheme),
    })),
    { id: "help", group: "Help", title: "Help and keys", key: "?", run: help },
  ];
}

/** Every value that there are posts of, to filter by it or to stop that. */
function useFilterCommands(controls: FilterControls): Command[] {
  const { range, filters, toggle } = controls;
  const [sentiment, product, channel, source, emotion] = [
    useOptions("sentiment", range, true),
    useOptions("product", range, true),
    useOptions("channel", range, true),
    useOptions("source", range, true),
    useOptions("emotion", range, true),
  ];
  const found = [sentiment, product, channel, source, emotion];
  return OFFERED.flatMap((dimension, index) =>
    (found[index]?.options ?? []).map(({ value, title }) => {
      const on = (filters[dimension] as string[]).includes(value);
      return {
        id: `${dimension}:${value}`,
        group: DIMENSION_TITLES[dimension],
        title: on ? `${title} (take away)` : title,
        run: () => toggle(dimension, value),
      };
    }),
  );
}

import { useMantineColorScheme } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { lazy, type RefObject, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Outlet, useOutletContext } from "react-router";
import { isAway } from "../live/status";
import { useLive } from "../live/store";
import { useLiveConnection } from "../live/useLiveConnection";
import { GapNotice } from "./GapNotice";
import { Header, nextScheme } from "./Header";
import classes from "./Shell.module.css";
import { UpdateNotice } from "./UpdateNotice";
import { type FilterControls, useFilters } from "./useFilters";
import { usePost } from "./usePost";
import { useWall } from "./useWall";

const CommandPalette = lazy(() => import("./CommandPalette"));
const HelpDialog = lazy(() => import("./HelpDialog"));
const PostDrawer = lazy(() => import("../panels/PostDrawer"));
const Wallboard = lazy(() => import("../wall/Wallboard"));

interface PageContext {
  controls: FilterControls;
  searchRef: RefObject<HTMLInputElement | null>;
}

/** What every page stands in: header, keys, the live connection, the drawer of a post. */
export function Shell() {
  const controls = useFilters();
  const searchRef = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  const [post] = usePost();
  const wall = useWall();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const away = useLive((state) => isAway(state.status));
  useLiveConnection(controls.filters);
  // On the root, so that what stands beside the page, as an open post, turns grey too.
  useEffect(() => {
    document.documentElement.toggleAttribute("data-away", away);
  }, [away]);

  const togglePause = useCallback(() => {
    const { holds, hold } = useLive.getState();
    hold("paused", !holds.paused);
  }, []);
  useHotkeys([
    // A page without a search of its own has that of the palette.
    ["/", () => (searchRef.current ? searchRef.current.focus() : setPalette(true))],
    ["p", togglePause],
    ["w", wall.shown ? wall.end : wall.show],
    ["t", () => setColorScheme(nextScheme(colorScheme))],
    ["shift+?", () => setHelp(true), { usePhysicalKeys: false }],
    ["?", () => setHelp(true)],
  ]);
  useHotkeys([["mod+K", () => setPalette((open) => !open)]], []);

  return (
    <div className={classes.page}>
      {wall.shown ? (
        <Suspense>
          <Wallboard controls={controls} onEnd={wall.end} />
        </Suspense>
      ) : (
        <>
          <a className={classes.skip} href="#content">
            Skip to the content
          </a>
          <Header onHelp={() => setHelp(true)} onCommands={() => setPalette(true)} />
          <main id="content" className={classes.main} data-told="">
            <Outlet context={{ controls, searchRef } satisfies PageContext} />
          </main>
        </>
      )}
      <GapNotice />
      <UpdateNotice />
      {post !== null && (
        <Suspense>
          <PostDrawer />
        </Suspense>
      )}
      {palette && (
        <Suspense>
          <CommandPalette
            controls={controls}
            onClose={() => setPalette(false)}
            onHelp={() => setHelp(true)}
          />
        </Suspense>
      )}
      {help && (
        <Suspense>
          <HelpDialog onClose={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** What the shell gives to its pages. */
export function usePageContext(): PageContext {
  return useOutletContext<PageContext>();
}

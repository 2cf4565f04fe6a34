import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useCallback } from "react";
import { useLocation, useNavigate } from "react-router";

const parser = parseAsStringLiteral(["1"] as const).withOptions({ history: "push" });

/** The wallboard is in the address, so that a link opens it on the screen of an office. */
export function useWall(): { shown: boolean; show(): void; end(): void } {
  const [wall, setWall] = useQueryState("wall", parser);
  const navigate = useNavigate();
  const { search } = useLocation();
  const show = useCallback(() => {
    const kept = new URLSearchParams(search);
    kept.delete("post");
    kept.set("wall", "1");
    navigate({ pathname: "/", search: kept.toString() });
  }, [navigate, search]);
  const end = useCallback(() => void setWall(null), [setWall]);
  return { shown: wall === "1", show, end };
}

import type { View, ViewIn } from "../api/saved";

/** The open post and the open episode are what somebody looks at, not how. */
const PASSING = ["post", "alert"];

/** What the address says that belongs to a view. */
export function layoutOf(pathname: string, search: string): Pick<ViewIn, "page" | "query"> {
  const query = new URLSearchParams(search);
  for (const name of PASSING) query.delete(name);
  return { page: pathname, query: query.toString() };
}

export function addressOf(view: Pick<View, "page" | "query">): string {
  return view.query ? `${view.page}?${view.query}` : view.page;
}

/** Whether both say the same, in whatever order. */
export function isShown(view: Pick<View, "page" | "query">, shown: Pick<ViewIn, "page" | "query">): boolean {
  return view.page === shown.page && sorted(view.query) === sorted(shown.query);
}

function sorted(query: string): string {
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return parameters.toString();
}

// Runs before the first paint, so that a dark screen never flashes white and nothing moves when the viewer's
// density is applied. A file of its own: inline scripts are refused by the content security policy.
(() => {
  let choice = "auto";
  let preferences = {};
  try {
    choice = localStorage.getItem("mantine-color-scheme-value") || "auto";
    preferences = JSON.parse(localStorage.getItem("sentistream-preferences") || "{}") || {};
  } catch {
    // Storage is refused in some private windows; the system's scheme is the answer then.
  }
  const root = document.documentElement;
  const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  root.dataset.density = preferences.density || "comfortable";
  root.dataset.motion = preferences.motion || "system";
  if (location.pathname === "/" && location.search === "") {
    // The first posts are asked for while the code that shows them is on its way (src/live/early.ts).
    const link = document.createElement("link");
    Object.assign(link, {
      rel: "preload",
      as: "fetch",
      crossOrigin: "anonymous",
      href: "/api/v1/posts?limit=20",
    });
    document.head.append(link);
  }
})();

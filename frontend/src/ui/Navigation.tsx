import { NavLink, useLocation } from "react-router";
import { Icon, type IconName } from "./Icon";
import classes from "./Navigation.module.css";

export interface PageLink {
  path: string;
  title: string;
  icon: IconName;
}

export const PAGES: readonly PageLink[] = [
  { path: "/", title: "Overview", icon: "overview" },
  { path: "/posts", title: "Posts", icon: "posts" },
  { path: "/alerts", title: "Alerts", icon: "alert" },
  { path: "/corrections", title: "Corrections", icon: "check" },
  { path: "/models", title: "Models", icon: "layers" },
  { path: "/sources", title: "Sources", icon: "plug" },
];

/** The pages; filters go along from one to the next, an open post does not. */
export function Navigation() {
  const { search } = useLocation();
  const kept = new URLSearchParams(search);
  kept.delete("post");
  return (
    <nav className={classes.pages} aria-label="Pages">
      {PAGES.map(({ path, title, icon }) => (
        <NavLink
          key={path}
          end
          to={{ pathname: path, search: kept.size > 0 ? `?${kept}` : "" }}
          className={classes.page ?? ""}
          title={title}
        >
          <Icon name={icon} size={16} />
          <span className={classes.title}>{title}</span>
        </NavLink>
      ))}
    </nav>
  );
}

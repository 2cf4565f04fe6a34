import { ActionIcon, useMantineColorScheme } from "@mantine/core";
import { Link, useLocation } from "react-router";
import classes from "./Header.module.css";
import { Icon, type IconName } from "./Icon";
import { LiveState } from "./LiveState";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { Tip } from "./Tip";
import { useSimulated } from "./useSimulated";
import { ViewsMenu } from "./ViewsMenu";
import { zoneNote } from "./zone";

const SCHEMES = ["auto", "light", "dark"] as const;
type Scheme = (typeof SCHEMES)[number];
const SCHEME_ICONS: Record<Scheme, IconName> = { auto: "auto", light: "sun", dark: "moon" };

export function nextScheme(scheme: Scheme): Scheme {
  return SCHEMES[(SCHEMES.indexOf(scheme) + 1) % SCHEMES.length] ?? "auto";
}

export function Header({ onHelp, onCommands }: { onHelp(): void; onCommands(): void }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { search } = useLocation();
  return (
    <header className={classes.header}>
      <div className={classes.inner}>
        <Link className={classes.brand} to="/" aria-label="SentiStream, start page">
          <Logo />
          <span className={classes.name}>SentiStream</span>
        </Link>
        <Navigation />
        <DemoBadge />
        <div className={classes.right}>
          <LiveState />
          <Tip label="Times are shown in your time zone; point at one for UTC" focusable>
            <span className={classes.zone}>
              <Icon name="clock" size={14} />
              {zoneNote(new Date())}
            </span>
          </Tip>
          <nav className={classes.tools} aria-label="Tools">
            <Tip label="Commands (Ctrl+K)">
              <ActionIcon variant="subtle" color="gray" size={36} aria-label="Commands" onClick={onCommands}>
                <Icon name="command" size={18} />
              </ActionIcon>
            </Tip>
            <ViewsMenu />
            <Tip label="API reference">
              <ActionIcon
                component="a"
                href="/docs"
                variant="subtle"
                color="gray"
                size={36}
                className={classes.roomy ?? ""}
                aria-label="API reference"
              >
                <Icon name="book" size={18} />
              </ActionIcon>
            </Tip>
            <Tip label={`Theme: ${colorScheme} (t)`}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                className={classes.roomy ?? ""}
                aria-label={`Theme: ${colorScheme}. Switch`}
                onClick={() => setColorScheme(nextScheme(colorScheme))}
              >
                <Icon name={SCHEME_ICONS[colorScheme]} size={18} />
              </ActionIcon>
            </Tip>
            <Tip label="Settings">
              <ActionIcon
                component={Link}
                to={{ pathname: "/settings", search }}
                variant="subtle"
                color="gray"
                size={36}
                aria-label="Settings"
              >
                <Icon name="sliders" size={18} />
              </ActionIcon>
            </Tip>
            <Tip label="Help and keys (?)">
              <ActionIcon variant="subtle" color="gray" size={36} aria-label="Help and keys" onClick={onHelp}>
                <Icon name="help" size={18} />
              </ActionIcon>
            </Tip>
          </nav>
        </div>
      </div>
    </header>
  );
}

function DemoBadge() {
  if (!useSimulated()) return null;
  return (
    <Tip
      label="Some or all posts come from the built-in generator; nobody wrote them"
      multiline
      w={240}
      focusable
    >
      <span className={classes.demo}>Demo data</span>
    </Tip>
  );
}

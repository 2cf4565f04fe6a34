import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A name an attacker owns and has just pointed at this machine.
  "--host-resolver-rules=MAP rebound.example 127.0.0.1",
];

/** Chromium from CHROMIUM_PATH, else the first one on PATH; always with a profile of its own. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH || onPath(), args: FLAGS });
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch (error) {
        if (error.code !== "ENOENT" && error.code !== "EACCES" && error.code !== "ENOTDIR") throw error;
      }
    }
  }
  throw new Error("No Chromium: install the package chromium, or set CHROMIUM_PATH.");
}

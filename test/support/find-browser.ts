/** Finds a Chromium to test in: Playwright's own, an installed one, or one that can be installed here. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const runnable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Path of a browser that is already here. `SIGNALBOX_TEST_BROWSER` comes first. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const chosen = env.SIGNALBOX_TEST_BROWSER;
  return [...(chosen === undefined ? [] : [chosen]), chromium.executablePath(), ...onPath, ...PLACES].find(runnable);
}

/** Finds a browser or installs one: Debian's package where that is allowed, else Playwright's download. Says what it does. */
export function findOrInstallBrowser(): string | undefined {
  const found = findBrowser();
  if (found !== undefined) return found;
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: "inherit" }).status === 0;
  if (process.getuid?.() === 0 && runnable("/usr/bin/apt-get")) {
    console.log("No browser found: installing Debian's chromium…");
    run("apt-get", "update", "-qq");
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium");
  } else {
    console.log("No browser found: trying Playwright's download…");
    run("npx", "playwright", "install", "chromium");
  }
  return findBrowser();
}

/** How the desktop's tests run: on the double in Chromium, and on Electron itself where its program is there. */
import { resolve } from "node:path";
import { defineConfig } from "@playwright/test";
import everything from "../../playwright.config.ts";
import { whyNoElectron } from "./launch.ts";

const noElectron = whyNoElectron(resolve(import.meta.dirname, "..", ".."));
const packaging = "package.spec.ts";
/** What only the double can show: other platforms' ways, starts that fail. */
const doubleOnly = ["start.spec.ts", "window.spec.ts", "smoke.spec.ts"];

export default defineConfig(everything, {
  testDir: ".",
  // A loaded machine takes its time; nothing here is about speed.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  outputDir: "../../artifacts/electron",
  reporter: [["list"], ["json", { outputFile: "../../artifacts/electron.json" }]],
  projects: [
    { name: "double", testIgnore: packaging },
    ...(noElectron === undefined ? [{ name: "electron", testIgnore: [packaging, ...doubleOnly] }] : []),
    { name: "package", testMatch: packaging },
  ],
});

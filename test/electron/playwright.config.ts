/** Owns how the desktop's tests run: on the double in Chromium, and on Electron itself where its program is there. */
import { resolve } from "node:path";
import { defineConfig } from "@playwright/test";
import everything from "../../playwright.config.ts";
import { whyNoElectron } from "./launch.ts";

const electron = whyNoElectron(resolve(import.meta.dirname, "..", "..")) === undefined ? [{ name: "electron" }] : [];

export default defineConfig(everything, {
  testDir: ".",
  outputDir: "../../artifacts/electron",
  reporter: [["list"], ["json", { outputFile: "../../artifacts/electron.json" }]],
  projects: [{ name: "double" }, ...electron],
});

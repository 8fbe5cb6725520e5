/** Owns how the desktop's tests run: on the double in Chromium, and on Electron itself where its program is there. */
import { defineConfig } from "@playwright/test";
import everything from "../../playwright.config.ts";

export default defineConfig(everything, {
  testDir: ".",
  outputDir: "../../artifacts/electron",
  reporter: [["list"], ["json", { outputFile: "../../artifacts/electron.json" }]],
});

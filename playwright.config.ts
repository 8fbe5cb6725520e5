/** How the end-to-end tests run: the built product in real processes, driven in a real Chromium. */
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./test/support/find-browser.ts";

const executablePath = findBrowser();

export default defineConfig({
  testDir: "test/e2e",
  outputDir: "artifacts/e2e",
  // Limits only tell what hangs; a busy machine is not a failure.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // A page waits as often as it works: two make good use of two cores, more only make timings worse.
  workers: 2,
  // `npm test` asks for one, and names each test that needed it.
  retries: Number(process.env.SIGNALBOX_TEST_RETRIES ?? 0),
  forbidOnly: process.env.CI !== undefined,
  reporter: [["list"], ["json", { outputFile: "artifacts/e2e.json" }]],
  use: {
    ...(executablePath === undefined ? {} : { launchOptions: { executablePath, args: browserArguments() } }),
    // What is to be pressed is there within what a test waits for anything else.
    actionTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    // A trace of each test takes a fifth of the time: `npx playwright test <file> --trace on` when one is needed.
    screenshot: "only-on-failure",
  },
});

/** Chromium refuses its sandbox to root; the others keep a test browser from calling home. */
function browserArguments(): string[] {
  const quiet = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return process.getuid?.() === 0 ? ["--no-sandbox", ...quiet] : quiet;
}

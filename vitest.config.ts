/** How unit tests run: beside their sources, in test/house, test/compat and test/gateway, in Node, with no clock but the one they inject. */
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // What the build bundles is tested in a browser; here a replay is its data.
  define: { __SIGNALBOX_REPLAY__: JSON.stringify({ script: "replay()", styles: "body{}" }) },
  test: {
    projects: [
      // They start nothing and leave nothing behind: a process for each would take several times as long as they do.
      { extends: true, test: { name: "pure", include: ["{shared,renderer}/**/*.test.{ts,tsx}"], isolate: false } },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["{main,preload,scripts,bench}/**/*.test.{ts,tsx}", "test/{house,compat,gateway}/**/*.test.ts"],
        },
      },
    ],
    environment: "node",
    alias: { "fast-check": resolve("test/support/fast-check.ts") },
    // Two cores: more workers only make timings worse.
    maxWorkers: 2,
    // Limits only tell what hangs; a busy machine is not a failure. Tests give none of their own unless they need longer.
    setupFiles: ["test/support/patience.ts"],
    // `npm test` asks for one, and names each test that needed it.
    retry: Number(process.env.SIGNALBOX_TEST_RETRIES ?? 0),
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 90_000, interval: 25 } },
  },
});

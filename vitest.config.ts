/** Owns how unit tests run: beside their sources, in test/house and test/compat, in Node, with no clock but the one they inject. */
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{shared,main,preload,renderer,scripts,bench}/**/*.test.{ts,tsx}", "test/{house,compat}/**/*.test.ts"],
    environment: "node",
    alias: { "fast-check": resolve("test/support/fast-check.ts") },
    // Two cores: more workers only make timings worse.
    maxWorkers: 2,
    // Limits only tell what hangs; a busy machine is not a failure.
    testTimeout: 40_000,
    hookTimeout: 40_000,
    expect: { poll: { timeout: 15_000, interval: 25 } },
  },
});

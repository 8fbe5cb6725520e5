/** Owns how unit tests run: beside their sources, in test/house and test/compat, in Node, with no clock but the one they inject. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{shared,main,preload,renderer,scripts}/**/*.test.{ts,tsx}", "test/{house,compat}/**/*.test.ts"],
    environment: "node",
    // Two cores: more workers only make timings worse.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});

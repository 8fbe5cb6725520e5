import { expect, it } from "vitest";
import { createProgress } from "./progress.ts";
import type { Results } from "./results.ts";

const took = (seconds: number) => ({ title: "t", seconds, rows: [], failures: [] });
const record: Results = {
  machine: { cpu: "c", cores: 2, memory_gb: 1, system: "s" },
  versions: {},
  benches: { B1: took(120), B2: took(60), B3: took(300) },
};

it("whoever waits is told how long it will still take, by what it took the last time", () => {
  let now = 0;
  const progress = createProgress(["B1", "B2", "B3"], record, false, () => now);
  progress.begin("B1");
  expect(progress.where()).toBe("B1 (1 of 3, about 8 min left)");
  now = 100_000;
  progress.begin("B3");
  now = 280_000;
  expect(progress.where()).toBe("B3 (3 of 3, about 2 min left)");
  now = 390_000;
  expect(progress.where()).toBe("B3 (3 of 3, about 10 s left)");
  now = 900_000;
  expect(progress.where()).toBe("B3 (3 of 3, about 0 s left)");
});

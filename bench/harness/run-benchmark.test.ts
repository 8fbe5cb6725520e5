import { expect, it } from "vitest";
import type { BenchResult } from "../report/results.ts";
import type { Measurement } from "./benchmark.ts";
import { runBenchmark } from "./run-benchmark.ts";

const measured: Measurement = { figures: [], goals: [] };
const closed = async () => {
  throw new Error("closed");
};

async function run(benchmark: Parameters<typeof runBenchmark>[0]["run"]) {
  const kept: [BenchResult, boolean][] = [];
  const result = await runBenchmark(
    { id: "B1", title: "t", run: benchmark },
    {
      rounds: 1,
      quick: true,
      cli: "",
      commit: "abc",
      say: () => {},
      keep: (part, ended) => kept.push([part, ended]),
    },
  );
  return { result, kept };
}

const rows = ({ rows }: BenchResult) => rows.map(({ what }) => what);

it("a row that fails keeps neither the earlier ones from being kept nor the later ones from being measured", async () => {
  const { result } = await run(async (context) => {
    await context.row("first", async () => measured);
    await context.row("second", closed);
    await context.row("third", async () => measured);
  });
  expect(rows(result)).toEqual(["first", "third"]);
  expect(result.failures).toEqual([{ what: "second", reason: "closed" }]);
});

it("what was measured is kept at once, so that an interrupted run has it", async () => {
  const { kept } = await run(async (context) => {
    await context.row("first", async () => measured);
    await closed();
  });
  expect(kept.map(([part, ended]) => [rows(part), ended])).toEqual([
    [["first"], false],
    [["first"], true],
  ]);
  expect(kept.at(-1)?.[0].failures).toEqual([{ reason: "closed" }]);
});

it("a round that had to be repeated is told in its row, and counts as a failure", async () => {
  const { result } = await run((context) =>
    context.row("first", async () => {
      context.complain("round 2 was left out");
      return { ...measured, note: "Peers do less." };
    }),
  );
  expect(result.rows[0]?.note).toBe("Peers do less. round 2 was left out");
  expect(result.failures).toEqual([{ what: "first", reason: "round 2 was left out" }]);
});

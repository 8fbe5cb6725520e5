import { expect, it } from "vitest";
import { compare } from "./compare.ts";
import type { Results } from "./results.ts";

const spread = (median: number, low: number, high: number) => ({ median, low, high });

function record(goals: Record<string, ReturnType<typeof spread>>): Results {
  const rows = Object.entries(goals).map(([what, value]) => ({
    what,
    figures: [],
    goals: [{ what: "of the other", value, unit: "×" as const, bound: { atLeast: 1 } }],
    at: "2026-01-01T00:00:00.000Z",
    commit: "abc",
    busy: spread(0, 0, 0),
  }));
  const machine = { cpu: "c", cores: 2, memory_gb: 1, system: "s" };
  return { machine, versions: {}, benches: { B1: { title: "t", seconds: 1, rows, failures: [] } } };
}

it("two runs agree where their brackets have a value in common, whatever their medians", () => {
  const one = record({ near: spread(2, 1, 3), touching: spread(2, 1, 3), far: spread(2, 1, 3) });
  const other = record({ near: spread(3.5, 2.5, 4), touching: spread(4, 3, 5), far: spread(4, 3.1, 5) });
  expect(compare(one, other).map(({ agree }) => agree)).toEqual([true, true, false]);
  expect(compare(other, one).map(({ agree }) => agree)).toEqual([true, true, false]);
});

it("a goal that only one run measured is no agreement", () => {
  const [comparison] = compare(record({ work: spread(1, 1, 1) }), record({}));
  expect(comparison).toMatchObject({ about: "B1  work: of the other", agree: false, said: "only in the first record" });
});

import { expect, it } from "vitest";
import { shortfalls } from "./check.ts";
import type { Results } from "./results.ts";

const spread = (median: number) => ({ median, low: median, high: median });

function record(median: number, failures: { what?: string; reason: string }[] = []): Results {
  const goal = { what: "of direct", value: spread(median), unit: "×" as const, bound: { atLeast: 2 } };
  const row = { what: "work", figures: [], goals: [goal], at: "then", commit: "abc", busy: spread(0) };
  const machine = { cpu: "c", cores: 2, memory_gb: 1, system: "s" };
  return { machine, versions: {}, benches: { B1: { title: "t", seconds: 1, rows: [row], failures } } };
}

it("a goal that is reached is not told, one that is missed is", () => {
  expect(shortfalls(record(2))).toEqual([]);
  expect(shortfalls(record(1.9))).toEqual(["B1  work: 1.90 × of direct, goal ≥ 2 ×: MISSED"]);
});

it("what could not be measured falls short, and so does a benchmark without figures", () => {
  expect(shortfalls(record(2, [{ what: "more", reason: "no browser" }]), ["B1", "B2"])).toEqual([
    "B1  more: not measured: no browser",
    "B2  has no figures",
  ]);
});

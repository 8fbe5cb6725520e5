import { expect, it } from "vitest";
import { type BenchResult, keptRows } from "./results.ts";

const nobody = { median: 0, low: 0, high: 0 };

function result(commit: string, rows: readonly string[], failures: BenchResult["failures"] = []): BenchResult {
  return {
    title: "t",
    seconds: 1,
    rows: rows.map((what) => ({ what, figures: [], goals: [], at: "then", commit, busy: nobody })),
    failures,
  };
}

const rowsOf = ({ rows }: BenchResult) => rows.map(({ what, commit }) => `${what} at ${commit}`);

it("a row that fails keeps its earlier figures, with the commit that they belong to", () => {
  const now = result("new", ["first"], [{ what: "second", reason: "closed" }]);
  const kept = keptRows(result("old", ["first", "second", "renamed since"]), now, true);
  expect(rowsOf(kept)).toEqual(["first at new", "second at old"]);
  expect(kept.failures).toEqual([{ what: "second", reason: "closed" }]);
});

it("a benchmark that cannot go on erases nothing of what it did not come to", () => {
  const now = result("new", ["first"], [{ reason: "no browser" }]);
  expect(rowsOf(keptRows(result("old", ["first", "second"]), now, true))).toEqual(["first at new", "second at old"]);
});

it("a run that is interrupted leaves the rows that it did not come to", () => {
  const kept = keptRows(result("old", ["first", "second"]), result("new", ["first"]), false);
  expect(rowsOf(kept)).toEqual(["first at new", "second at old"]);
});

it("a row that no longer exists leaves the record with the next whole run", () => {
  expect(rowsOf(keptRows(result("old", ["renamed since"]), result("new", ["first"]), true))).toEqual(["first at new"]);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readBrowserReport, readUnitReport, slowest } from "./read-report.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(report: unknown): string {
  const path = join(folder, "report.json");
  writeFileSync(path, JSON.stringify(report));
  return path;
}

it("a unit test that failed is named with its reason, a file that did not even load as well", () => {
  const red = `${String.fromCharCode(27)}[31mexpected 1 to be 2${String.fromCharCode(27)}[39m\n    at a.test.ts:3`;
  const report = readUnitReport(
    write({
      numPassedTests: 4,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [
        {
          name: "a.test.ts",
          status: "failed",
          startTime: 1_000,
          endTime: 3_500,
          assertionResults: [
            { status: "passed", fullName: "one", failureMessages: [] },
            { status: "failed", fullName: "two", failureMessages: [red] },
            { status: "passed", fullName: "three", failureMessages: [red] },
          ],
        },
        { name: "b.test.ts", status: "failed", message: "SyntaxError", assertionResults: [] },
      ],
    }),
  );
  expect(report).toEqual({
    passed: 4,
    failed: 1,
    skipped: 2,
    failures: [
      "a.test.ts › two\n    expected 1 to be 2\n        at a.test.ts:3",
      "b.test.ts › the file itself\n    SyntaxError",
    ],
    unsteady: ["a.test.ts › three\n    expected 1 to be 2\n        at a.test.ts:3"],
    times: [
      { file: "a.test.ts", seconds: 2.5 },
      { file: "b.test.ts", seconds: 0 },
    ],
  });
});

it("a browser test that failed, or passed only at its second attempt, is named however deep it lies", () => {
  const bad = { duration: 1_200, errors: [{ message: "no such row" }] };
  const good = { duration: 1_200, errors: [] };
  const spec = (title: string, ok: boolean, ...results: unknown[]) => ({
    title,
    ok,
    file: "page.spec.ts",
    line: 7,
    tests: [{ results }],
  });
  const report = readBrowserReport(
    write({
      stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0 },
      suites: [
        {
          specs: [spec("good", true, good)],
          suites: [{ specs: [spec("bad", false, bad), spec("wavering", true, bad, good)] }],
        },
      ],
    }),
  );
  expect(report).toEqual({
    passed: 2,
    failed: 1,
    skipped: 0,
    failures: ["page.spec.ts:7 › bad\n    no such row"],
    unsteady: ["page.spec.ts:7 › wavering\n    no such row"],
    times: [{ file: "page.spec.ts", seconds: 4.8 }],
  });
});

it("no report is told apart from an empty one", () => {
  expect(readUnitReport(join(folder, "none.json"))).toBeUndefined();
  expect(readBrowserReport(join(folder, "none.json"))).toBeUndefined();
});

it("names the slowest files first, so that a slow-down shows", () => {
  const times = [
    { file: "quick.test.ts", seconds: 0.1 },
    { file: "slow.test.ts", seconds: 12.34 },
    { file: "middle.test.ts", seconds: 5 },
  ];
  expect(slowest(times, 2)).toEqual(["   12.3 s  slow.test.ts", "    5.0 s  middle.test.ts"]);
});

/** Owns reading what a test runner left behind: how many tests passed, and each failure by name with the first lines of its reason. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export interface Report {
  passed: number;
  failed: number;
  skipped: number;
  /** A line or more each: where, the test's name, and why it failed. */
  failures: string[];
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

const playwrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  ok: z.boolean(),
  tests: z.array(
    z.object({ results: z.array(z.object({ errors: z.array(z.object({ message: z.string().default("") })) })) }),
  ),
});

const playwrightSuite = z.object({
  specs: z.array(playwrightSpec).default([]),
  get suites() {
    return z.array(playwrightSuite).default([]);
  },
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  suites: z.array(playwrightSuite),
  errors: z.array(z.object({ message: z.string().default("") })).default([]),
});

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const REASON_LINES = 12;

/** Unit tests, from vitest's JSON reporter. Undefined when there is no report; throws when it is of another shape. */
export function readUnitReport(path: string): Report | undefined {
  if (!existsSync(path)) return undefined;
  const report = vitestReport.parse(JSON.parse(readFileSync(path, "utf8")));
  const failures: string[] = [];
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    for (const test of failed) failures.push(tell(file.name, test.fullName, test.failureMessages ?? []));
    if (file.status === "failed" && failed.length === 0)
      failures.push(tell(file.name, "the file itself", [file.message]));
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
    failures,
  };
}

/** Tests in a browser, from Playwright's JSON reporter; a test that passed only at a second attempt counts as failed. As above. */
export function readBrowserReport(path: string): Report | undefined {
  if (!existsSync(path)) return undefined;
  const { stats, suites, errors } = playwrightReport.parse(JSON.parse(readFileSync(path, "utf8")));
  const failures = suites.flatMap(specsOf).flatMap((spec) => {
    if (spec.ok) return [];
    const reasons = spec.tests.flatMap(({ results }) => results.flatMap((result) => result.errors));
    return [
      tell(
        `${spec.file}:${spec.line}`,
        spec.title,
        reasons.map(({ message }) => message),
      ),
    ];
  });
  for (const { message } of errors) failures.push(tell("outside of any test", "", [message]));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped, failures };
}

const specsOf = (suite: z.infer<typeof playwrightSuite>): z.infer<typeof playwrightSpec>[] => [
  ...suite.specs,
  ...suite.suites.flatMap(specsOf),
];

function tell(where: string, name: string, reasons: readonly string[]): string {
  const reason = reasons.join("\n").replace(ESCAPES, "").trim().split("\n").slice(0, REASON_LINES);
  return [`${where} › ${name}`, ...reason.map((line) => `    ${line}`)].join("\n");
}

/** Reads what a test runner left behind: how many tests passed, each failure and each unsteady test by name with the first lines of its reason, and how long each file took. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export interface Report {
  passed: number;
  failed: number;
  skipped: number;
  /** A line or more each: where, the test's name, and why it failed. */
  failures: string[];
  /** In the same form: tests that failed at first and passed at their second attempt. They count as passed. */
  unsteady: string[];
  /** How long each file of tests took, in seconds. */
  times: FileTime[];
}

export interface FileTime {
  file: string;
  seconds: number;
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
      startTime: z.number().default(0),
      endTime: z.number().default(0),
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
    z.object({
      results: z.array(
        z.object({
          duration: z.number().default(0),
          errors: z.array(z.object({ message: z.string().default("") })),
        }),
      ),
    }),
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
  const unsteady: string[] = [];
  for (const file of report.testResults) {
    for (const test of file.assertionResults)
      if (test.status === "passed" && (test.failureMessages ?? []).length > 0)
        unsteady.push(tell(file.name, test.fullName, test.failureMessages ?? []));
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
    unsteady,
    times: report.testResults.map((file) => ({ file: file.name, seconds: (file.endTime - file.startTime) / 1000 })),
  };
}

/** Tests in a browser, from Playwright's JSON reporter. As above. */
export function readBrowserReport(path: string): Report | undefined {
  if (!existsSync(path)) return undefined;
  const { stats, suites, errors } = playwrightReport.parse(JSON.parse(readFileSync(path, "utf8")));
  const specs = suites.flatMap(specsOf);
  const failures = specs.filter(({ ok }) => !ok).map(tellSpec);
  const unsteady = specs.filter((spec) => spec.ok && reasonsOf(spec).length > 0).map(tellSpec);
  for (const { message } of errors) failures.push(tell("outside of any test", "", [message]));
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    failures,
    unsteady,
    times: timesOf(specs),
  };
}

const reasonsOf = ({ tests }: z.infer<typeof playwrightSpec>): string[] =>
  tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors.map(({ message }) => message)));

const tellSpec = (spec: z.infer<typeof playwrightSpec>): string =>
  tell(`${spec.file}:${spec.line}`, spec.title, reasonsOf(spec));

function timesOf(specs: readonly z.infer<typeof playwrightSpec>[]): FileTime[] {
  const times = new Map<string, number>();
  for (const { file, tests } of specs) {
    const took = tests.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0);
    times.set(file, (times.get(file) ?? 0) + took / 1000);
  }
  return Array.from(times, ([file, seconds]) => ({ file, seconds }));
}

/** A line for each of the files that took longest, the longest first: where a slow-down shows. */
export function slowest(times: readonly FileTime[], count: number): string[] {
  const sorted = times.toSorted((one, other) => other.seconds - one.seconds).slice(0, count);
  return sorted.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
}

const specsOf = (suite: z.infer<typeof playwrightSuite>): z.infer<typeof playwrightSpec>[] => [
  ...suite.specs,
  ...suite.suites.flatMap(specsOf),
];

function tell(where: string, name: string, reasons: readonly string[]): string {
  const reason = reasons.join("\n").replace(ESCAPES, "").trim().split("\n").slice(0, REASON_LINES);
  return [`${where} › ${name}`, ...reason.map((line) => `    ${line}`)].join("\n");
}

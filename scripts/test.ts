/** `npm test`: lint, types, build, unit tests, MCP conformance, end-to-end and desktop tests, two steps at once where neither needs the other; one closing line with the sum. Stops early only where a further step would say nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { findOrInstallBrowser } from "../test/support/find-browser.ts";
import { findOrInstallRedis } from "../test/support/find-redis.ts";
import { type Report, readBrowserReport, readUnitReport, slowest } from "./test/read-report.ts";

/** `--long` runs the promised counts in full (500 kills, 1,000 sockets, …); without it about a tenth. */
const long = process.argv.includes("--long");
if (long) process.env.SIGNALBOX_LONG = "1";
/** `--strict` lets no test have a second attempt: for whoever looks for unsteady ones. */
const strict = process.argv.includes("--strict");
process.env.SIGNALBOX_TEST_RETRIES = strict ? "0" : "1";
/** Tests start hundreds of processes from the same sources: Node compiles each file once for all of them. */
process.env.NODE_COMPILE_CACHE = resolve("node_modules/.cache/node");
/** More than a busy machine explains: the run fails. */
const UNSTEADY_ALLOWED = 5;

const started = performance.now();
const failures: string[] = [];
const notes: string[] = [];
const total: Report = { passed: 0, failed: 0, skipped: 0, failures: [], unsteady: [], times: [] };

/** Runs a step and passes its output on, or keeps it back until the step has ended when another one is printing (`beside`). */
async function step(name: string, command: string, args: string[], beside = false): Promise<boolean> {
  const begun = performance.now();
  if (!beside) console.log(`\n── ${name}`);
  const kept: Buffer[] = [];
  const run = spawn(command, args, {
    stdio: beside ? ["ignore", "pipe", "pipe"] : "inherit",
    shell: process.platform === "win32",
  });
  run.stdout?.on("data", (chunk: Buffer) => kept.push(chunk));
  run.stderr?.on("data", (chunk: Buffer) => kept.push(chunk));
  const [code] = (await once(run, "close").catch(() => [1])) as [number | null];
  if (beside) console.log(`\n── ${name}\n${Buffer.concat(kept).toString("utf8").trimEnd()}`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const good = code === 0;
  console.log(`── ${name}: ${good ? "good" : "FAILED"} (${seconds} s)`);
  if (!good) failures.push(name);
  return good;
}

function add(name: string, report: Report | undefined): void {
  if (report === undefined) {
    failures.push(`${name} left no report`);
    return;
  }
  total.passed += report.passed;
  total.failed += report.failed;
  total.skipped += report.skipped;
  total.failures.push(...report.failures);
  total.unsteady.push(...report.unsteady);
  total.times.push(...report.times.map(({ file, seconds }) => ({ file: shortPath(file), seconds })));
}

/** As from the project's folder; a file of the browser tests comes with its name alone. */
function shortPath(file: string): string {
  return resolve(file) === file ? relative(process.cwd(), file) : file;
}

mkdirSync("artifacts", { recursive: true });
for (const report of ["artifacts/unit.json", "artifacts/e2e.json", "artifacts/electron.json"])
  rmSync(report, { force: true });

const lint = () => step("lint and format", "npm", ["run", "--silent", "lint"]);
const types = () => step("types", "npm", ["run", "--silent", "types"]);
const build = (beside: boolean) => step("build", "npm", ["run", "--silent", "build"], beside);
const units = () =>
  step("unit tests", "vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    "--outputFile.json=artifacts/unit.json",
  ]);

const conformance = async () => {
  await step("MCP conformance", "node", ["test/conformance/run.ts"], true);
  await step("MCP conformance, agents of both eras", "node", ["test/conformance/run-eras.ts", "--quick"], true);
};

if (!findOrInstallRedis()) notes.push("tests of clusters not run: install redis-server 7 or newer");
await lint();
const [, built] = await Promise.all([types(), build(true)]);
// Neither uses what the other does, and both wait as often as they work.
await Promise.all([units(), conformance()]);
add("unit tests", readUnitReport("artifacts/unit.json"));
if (long) {
  await step("MCP conformance, the client half", "node", ["test/conformance/run-client.ts"]);
  await step("MCP conformance of both eras", "node", ["test/conformance/run-eras.ts"]);
}

if (!built) notes.push("end-to-end tests not run: the build failed");
else if (findOrInstallBrowser() === undefined) {
  failures.push("no browser: install Chromium or Google Chrome, or set SIGNALBOX_TEST_BROWSER to one");
} else {
  // One after the other: each has two browsers at work already, and more only make timings worse.
  await step("end-to-end tests", "playwright", ["test"]);
  add("end-to-end tests", readBrowserReport("artifacts/e2e.json"));
  await step("desktop tests", "node", ["test/electron/run.ts"]);
  add("desktop tests", readBrowserReport("artifacts/electron.json"));
}

writeFileSync("artifacts/test-times.json", `${JSON.stringify(total.times, null, 2)}\n`);
console.log("\nThe slowest files (all of them in artifacts/test-times.json):");
for (const line of slowest(total.times, 12)) console.log(line);

console.log("");
// Last, because the end of a long log is what is read first.
for (const failure of total.failures) console.log(`✗ ${failure}\n`);
for (const test of total.unsteady) console.log(`unsteady, passed at its second attempt: ${test}\n`);
if (total.unsteady.length > UNSTEADY_ALLOWED)
  failures.push(`${total.unsteady.length} unsteady tests, where ${UNSTEADY_ALLOWED} are allowed`);
for (const note of notes) console.log(note);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(
  `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped, ${total.unsteady.length} of the passed unsteady`,
);
if (failures.length > 0 || total.failed > 0 || total.passed === 0) process.exitCode = 1;

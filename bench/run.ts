/** `npm run bench [-- B1 B4 …]`: runs the benchmarks one after the other, prints the table, keeps the record. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildProduct } from "../scripts/build/build-product.ts";
import { isBuilt, sourcesDigest } from "../scripts/build/digest.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import type { Benchmark } from "./harness/benchmark.ts";
import { runBenchmark } from "./harness/run-benchmark.ts";
import { printComparison } from "./report/compare.ts";
import { createProgress } from "./report/progress.ts";
import { commit, RESULTS, readResults, writeResults } from "./report/results.ts";
import { textTable } from "./report/table.ts";
import { writeDocs } from "./report/write-docs.ts";

const USAGE = `npm run bench [-- B1 B4 …] [--quick] [--rounds N] [--out DIR] [--record FILE] [--write-docs]
  --quick        small counts and two rounds, to try something; nothing is recorded
  --rounds N     rounds for each side (default 5; more where they are short)
  --out DIR      a build to measure (default: out/, built when stale)
  --record FILE  where to keep the figures (default: bench/results.json)
  --write-docs   update docs/performance.md from bench/results.json; alone, nothing is measured
npm run bench -- --compare A B
  whether two records agree on every goal within the spread of both; exit code 1 when they do not`;

const root = resolve(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    out: { type: "string" },
    record: { type: "string", default: RESULTS },
    "write-docs": { type: "boolean", default: false },
    compare: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.compare) compareFiles();
else if (values["write-docs"] && positionals.length === 0) writeDocs();
else await measure(chosen());

function compareFiles(): void {
  const [one, other] = positionals.map((path) => readResults(path));
  if (one === undefined || other === undefined || positionals.length !== 2) refuse("It takes two records to compare.");
  else process.exitCode = printComparison(one, other) ? 0 : 1;
}

function chosen(): Benchmark[] {
  const known = BENCHMARKS.map(({ id }) => id);
  const unknown = positionals.filter((id) => !known.includes(id.toUpperCase()));
  if (unknown.length > 0) refuse(`There is no ${unknown.join(", ")}; there are ${known.join(" ")}.`);
  const wanted = positionals.map((id) => id.toUpperCase());
  return BENCHMARKS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
}

async function measure(benchmarks: readonly Benchmark[]): Promise<void> {
  const rounds = values.quick ? 2 : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) refuse("--rounds takes a whole number.");
  const record = resolve(values.record);
  const cli = join(await build(), "main", "cli.js");
  const before = existsSync(record) ? readResults(record) : undefined;
  const ids = benchmarks.map(({ id }) => id);
  const progress = createProgress(ids, before ?? readResults(), values.quick, () => performance.now());
  let kept = before;
  let failures = 0;
  for (const benchmark of benchmarks) {
    const { id } = benchmark;
    const earlier = kept;
    progress.begin(id);
    say(`── ${progress.where()} ${benchmark.title}`);
    const measured = await runBenchmark(benchmark, {
      rounds,
      quick: values.quick,
      cli,
      say: (text) => say(`${progress.where()}  ${text}`),
      commit: commit(),
      keep: (result, ended) => {
        if (!values.quick) kept = writeResults(earlier, { id, result, ended }, record);
      },
    });
    console.log(textTable(id, measured));
    failures += measured.failures.length;
  }
  if (values["write-docs"]) writeDocs();
  if (failures > 0) process.exitCode = 1;
}

async function build(): Promise<string> {
  if (values.out !== undefined) return resolve(values.out);
  if (!isBuilt(root, sourcesDigest(root))) {
    say("building…");
    const built = await buildProduct(root);
    if (!built.ok) {
      console.error(built.output);
      process.exit(1);
    }
  }
  return join(root, "out");
}

function refuse(why: string): never {
  console.error(`${why}\n${USAGE}`);
  process.exit(2);
}

function say(text: string): void {
  console.error(text);
}

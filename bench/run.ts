/** Owns `npm run bench [-- B1 B4 …]`: runs the benchmarks one after the other, prints the table, keeps the record. */
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildProduct } from "../scripts/build/build-product.ts";
import { isBuilt, sourcesDigest } from "../scripts/build/digest.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import type { Benchmark, Context } from "./harness/benchmark.ts";
import { undoAll } from "./harness/own-processes.ts";
import { type BenchResult, commit, writeResults } from "./report/results.ts";
import { textTable } from "./report/table.ts";
import { writeDocs } from "./report/write-docs.ts";

const USAGE = `npm run bench [-- B1 B4 …] [--quick] [--rounds N] [--out DIR] [--write-docs]
  --quick       small counts and two rounds, to try something; nothing is recorded
  --rounds N    rounds for each side (default 5)
  --out DIR     a build to measure (default: out/, built when stale)
  --write-docs  update docs/performance.md from the record; alone, nothing is measured`;

const root = resolve(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    out: { type: "string" },
    "write-docs": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values["write-docs"] && positionals.length === 0) writeDocs();
else await measure(chosen());

function chosen(): Benchmark[] {
  const known = BENCHMARKS.map(({ id }) => id);
  const unknown = positionals.filter((id) => !known.includes(id.toUpperCase()));
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(", ")}; there are ${known.join(" ")}.\n${USAGE}`);
    process.exit(2);
  }
  const wanted = positionals.map((id) => id.toUpperCase());
  return BENCHMARKS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
}

async function measure(benchmarks: readonly Benchmark[]): Promise<void> {
  const rounds = { count: values.quick ? 2 : Number(values.rounds), warmUps: 1 };
  const context: Context = { rounds, quick: values.quick, cli: join(await build(), "main", "cli.js"), say };
  const benches: Record<string, BenchResult> = {};
  for (const benchmark of benchmarks) {
    say(`── ${benchmark.id} ${benchmark.title}`);
    const result = await runOne(benchmark, context);
    undoAll();
    benches[benchmark.id] = result;
    console.log(textTable(result.rows));
    if (result.failure !== undefined) console.log(`${benchmark.id}  not measured: ${result.failure}`);
    if (!values.quick) writeResults({ [benchmark.id]: result });
  }
  if (values["write-docs"]) writeDocs();
  if (Object.values(benches).some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

async function runOne(benchmark: Benchmark, context: Context): Promise<BenchResult> {
  const begin = performance.now();
  const common = {
    title: benchmark.title,
    at: new Date().toISOString(),
    commit: commit(),
    rounds: context.rounds.count,
    load: loadavg()[0] ?? 0,
  };
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const rows = await benchmark.run(context);
    return { ...common, rows, seconds: seconds() };
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { ...common, rows: [], seconds: seconds(), failure: error instanceof Error ? error.message : String(error) };
  }
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

function say(text: string): void {
  console.error(text);
}

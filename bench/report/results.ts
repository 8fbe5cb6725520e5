/** The record of runs: rows with the machine, the versions and the commit that they were measured on. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";

const root = join(import.meta.dirname, "..", "..");
export const RESULTS = join(root, "bench", "results.json");

const spread = z.object({ median: z.number(), low: z.number(), high: z.number() });
const unit = z.enum(["events/s", "calls/s", "MB/s", "ms", "MB", "KB", "fps", "×", "CPU s", "µs", "%"]);
const row = z.object({
  what: z.string(),
  figures: z.array(z.object({ side: z.string(), name: z.string().exactOptional(), value: spread, unit })),
  goals: z.array(
    z.object({
      what: z.string(),
      value: spread,
      unit,
      bound: z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })]),
    }),
  ),
  note: z.string().exactOptional(),
  at: z.string(),
  commit: z.string(),
  /** Cores that other programs used, looked at before every run of a side. */
  busy: spread,
});
const benchResult = z.object({
  title: z.string(),
  /** What the benchmark took as a whole. */
  seconds: z.number(),
  rows: z.array(row),
  /** What could not be measured in the last run, whole rows or single rounds; without `what`, the rest of the benchmark. */
  failures: z.array(z.object({ what: z.string().exactOptional(), reason: z.string() })),
});
const resultsSchema = z.object({
  machine: z.object({ cpu: z.string(), cores: z.number(), memory_gb: z.number(), system: z.string() }),
  versions: z.record(z.string(), z.string()),
  benches: z.record(z.string(), benchResult),
});
export type Results = z.output<typeof resultsSchema>;
export type BenchResult = z.output<typeof benchResult>;

/** Undefined when there is no record, or when it has another shape and has to be made anew: the reason is said. */
export function readResults(path: string = RESULTS): Results | undefined {
  if (!existsSync(path)) {
    console.error(`There is no ${path} yet: npm run bench makes a record.`);
    return undefined;
  }
  const read = parseJson(resultsSchema, readFileSync(path, "utf8"));
  if (read.ok) return read.value;
  console.error(`${path} is not a record: ${read.reason}`);
  return undefined;
}

export interface Part {
  id: string;
  result: BenchResult;
  /** Whether the benchmark has ended: rows that it did not give then do not exist any more. */
  ended: boolean;
}

/** Adds a benchmark's part to the record of before, and writes it whole or not at all. */
export function writeResults(
  before: Results | undefined,
  { id, result, ended }: Part,
  path: string = RESULTS,
): Results {
  const number = (name: string) => Number(name.slice(1));
  const all = { ...before?.benches, [id]: keptRows(before?.benches[id], result, ended) };
  const sorted = Object.entries(all).sort(([a], [b]) => number(a) - number(b));
  const results = { machine: machine(), versions: versions(), benches: Object.fromEntries(sorted) };
  writeFileSync(`${path}.part`, `${JSON.stringify(results, rounded, 1)}\n`);
  renameSync(`${path}.part`, path);
  return results;
}

/** A row that could not be measured now, or not yet, stays as it was measured before; each tells when that was. */
export function keptRows(before: BenchResult | undefined, now: BenchResult, ended: boolean): BenchResult {
  const has = new Set(now.rows.map(({ what }) => what));
  const failed = new Set(now.failures.map(({ what }) => what));
  const missing = (what: string) => !has.has(what) && (!ended || failed.has(what) || failed.has(undefined));
  const kept = (before?.rows ?? []).filter(({ what }) => missing(what));
  return { ...now, rows: [...now.rows, ...kept] };
}

/** Five digits are more than any of these figures means. */
const rounded = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(5)) : value);

function machine(): Results["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${release()}`,
  };
}

function versions(): Record<string, string> {
  const { node, v8, sqlite } = process.versions;
  return { node, v8: v8 ?? "", sqlite: sqlite ?? "" };
}

/** The commit of the sources, with a plus when the work tree differs from it; `unknown` outside a checkout. */
export function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "main", "shared", "renderer");
    return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}

/** Owns the record of a run: its rows with the machine, the versions and the commit that they were measured on. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";

const root = join(import.meta.dirname, "..", "..");
export const RESULTS = join(root, "bench", "results.json");

const spread = z.object({ median: z.number(), low: z.number(), high: z.number() });
const unit = z.enum(["events/s", "calls/s", "MB/s", "ms", "MB", "KB", "fps", "×", "CPU s", "µs", "%"]);
const row = z.object({
  bench: z.string(),
  what: z.string(),
  figures: z.array(z.object({ side: z.string(), value: spread, unit })),
  goals: z.array(
    z.object({
      what: z.string(),
      value: spread,
      unit,
      bound: z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })]),
    }),
  ),
  note: z.string().exactOptional(),
});
const benchResult = z.object({
  title: z.string(),
  at: z.string(),
  commit: z.string(),
  rounds: z.number(),
  seconds: z.number(),
  /** Processes that wanted a core, on average over the minute before it began: the harness itself is not among them. */
  load: z.number(),
  rows: z.array(row),
  /** Why there are no rows, or fewer. */
  failure: z.string().exactOptional(),
});
export const resultsSchema = z.object({
  machine: z.object({ cpu: z.string(), cores: z.number(), memory_gb: z.number(), system: z.string() }),
  versions: z.record(z.string(), z.string()),
  benches: z.record(z.string(), benchResult),
});
export type Results = z.output<typeof resultsSchema>;
export type BenchResult = z.output<typeof benchResult>;

/** The record so far; undefined when there is none, or when it was written in another shape and has to be made anew. */
export function readResults(): Results | undefined {
  if (!existsSync(RESULTS)) return undefined;
  const read = parseJson(resultsSchema, readFileSync(RESULTS, "utf8"));
  if (read.ok) return read.value;
  console.error(`bench/results.json is not used: ${read.reason}`);
  return undefined;
}

/** Adds to the record: benchmarks that are run alone replace only their own part. */
export function writeResults(benches: Record<string, BenchResult>): Results {
  const number = (id: string) => Number(id.slice(1));
  const all = { ...readResults()?.benches, ...benches };
  const sorted = Object.entries(all).sort(([a], [b]) => number(a) - number(b));
  const results = { machine: machine(), versions: versions(), benches: Object.fromEntries(sorted) };
  writeFileSync(RESULTS, `${JSON.stringify(results, rounded, 1)}\n`);
  return results;
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

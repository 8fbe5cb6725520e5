/** Owns the generated parts of docs/performance.md: what stands between its marks comes from the record, and from nowhere else. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCHMARKS } from "../benchmarks.ts";
import { isMet, type Row } from "../harness/benchmark.ts";
import { shortfalls } from "./check.ts";
import { type BenchResult, type Results, readResults } from "./results.ts";
import { bySide, withSpread } from "./table.ts";

const DOCUMENT = join(import.meta.dirname, "..", "..", "docs", "performance.md");

/** What may stand between `<!-- NAME -->` and `<!-- end -->`. */
const PARTS: Record<string, (results: Results) => string> = {
  machine,
  goals,
  short,
  figures,
  growth: (results) => onlyRows(results, ["B13"]),
  capacity: (results) => onlyRows(results, ["B12", "B3"]),
};

/** Throws when there is no record yet, or when the document asks for a part that does not exist. */
export function writeDocs(): void {
  const results = readResults();
  if (results === undefined) throw new Error("there is no bench/results.json yet: npm run bench makes it");
  const text = readFileSync(DOCUMENT, "utf8");
  const written = text.replace(/<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`docs/performance.md asks for "${name}", which the bench does not know`);
    return `<!-- ${name} -->\n${part(results)}\n<!-- end -->`;
  });
  writeFileSync(DOCUMENT, written);
}

function machine(results: Results): string {
  const { cpu, cores, memory_gb, system } = results.machine;
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`);
  const benches = Object.values(results.benches);
  const days = [...new Set(benches.map(({ at }) => at.slice(0, 10)))].sort();
  const commits = [...new Set(benches.map(({ commit }) => commit))];
  const loads = benches.map(({ load }) => load);
  const loaded = `Load when the benchmarks began: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} (on a machine of one's own it is below 1).`;
  return `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}; ${versions.join(", ")}; ${days.join(" to ")}; commit ${commits.join(", ")}. ${loaded}`;
}

function goals(results: Results): string {
  const lines = eachRow(results).flatMap(([id, , row]) =>
    row.goals.map((goal) => {
      const [sign, bound] = "atLeast" in goal.bound ? ["≥", goal.bound.atLeast] : ["≤", goal.bound.atMost];
      const mark = isMet(goal) ? "met" : "**missed**";
      return `| ${id} | ${cell(row.what)} | ${withSpread(goal.value, goal.unit)} ${cell(goal.what)} | ${sign} ${bound} ${goal.unit} | ${mark} |`;
    }),
  );
  return ["| | work | measured | goal | |", "|---|---|---|---|---|", ...lines].join("\n");
}

function short(results: Results): string {
  const count = Object.values(results.benches).reduce(
    (sum, { rows }) => sum + rows.reduce((all, row) => all + row.goals.length, 0),
    0,
  );
  const missed = shortfalls({ ...results, benches: withRows(results) }).length;
  const absent = BENCHMARKS.filter(({ id }) => (results.benches[id]?.rows.length ?? 0) === 0).map(({ id }) => id);
  const without = absent.length === 0 ? "" : ` Without figures in this record: ${absent.join(", ")}.`;
  return `${missed === 0 ? `All ${count}` : `${count - missed} of ${count}`} goals are met.${without}`;
}

/** A benchmark that failed has no goals to count. */
function withRows({ benches }: Results): Results["benches"] {
  return Object.fromEntries(Object.entries(benches).filter(([, { rows }]) => rows.length > 0));
}

function figures(results: Results): string {
  return Object.entries(results.benches)
    .map(([id, bench]) =>
      [`### ${id} ${bench.title}`, "", failure(bench), ...bench.rows.map(rowTable)]
        .filter((line) => line !== undefined)
        .join("\n"),
    )
    .join("\n\n");
}

function failure(bench: BenchResult): string | undefined {
  return bench.failure === undefined ? undefined : `Not measured: ${bench.failure}.\n`;
}

function rowTable(row: Row): string {
  const sides = bySide(row.figures).map(([side, text]) => `| ${cell(side)} | ${text} |`);
  const note = row.note === undefined ? [] : ["", row.note];
  return [`| ${cell(row.what)} | |`, "|---|---|", ...sides, ...note, ""].join("\n");
}

function onlyRows(results: Results, ids: readonly string[]): string {
  const rows = eachRow(results).filter(([id]) => ids.includes(id));
  return rows.length === 0 ? "Not measured yet." : rows.map(([, , row]) => rowTable(row)).join("\n");
}

const eachRow = (results: Results): [string, BenchResult, Row][] =>
  Object.entries(results.benches).flatMap(([id, bench]) =>
    bench.rows.map((row): [string, BenchResult, Row] => [id, bench, row]),
  );

const cell = (text: string): string => text.replaceAll("|", "\\|");

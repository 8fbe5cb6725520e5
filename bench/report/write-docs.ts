/** The generated parts of docs/performance.md: what stands between its marks comes from the record, and from nowhere else. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCHMARKS } from "../benchmarks.ts";
import { isMet, type Row } from "../harness/benchmark.ts";
import { BUSY_CORES } from "../harness/run-benchmark.ts";
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
  if (results === undefined) throw new Error("without bench/results.json there is nothing to write");
  const text = readFileSync(DOCUMENT, "utf8");
  const written = text.replace(/<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`docs/performance.md asks for "${name}", which the bench does not know`);
    return `<!-- ${name} -->\n${part(results)}\n<!-- end -->`;
  });
  writeFileSync(DOCUMENT, written);
}

type RecordedRow = BenchResult["rows"][number];

const eachRow = (results: Results): [string, RecordedRow][] =>
  Object.entries(results.benches).flatMap(([id, { rows }]) => rows.map((row): [string, RecordedRow] => [id, row]));

function machine(results: Results): string {
  const { cpu, cores, memory_gb, system } = results.machine;
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`);
  const rows = eachRow(results);
  const days = [...new Set(rows.map(([, { at }]) => at.slice(0, 10)))].sort();
  const commits = [...new Set(rows.map(([, { commit }]) => commit))];
  const minutes = Object.values(results.benches).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const disturbed = [...new Set(rows.filter(([, row]) => isDisturbed(row)).map(([id]) => id))];
  const others =
    disturbed.length === 0
      ? `Other programs used less than ${BUSY_CORES} cores throughout.`
      : `Other programs used more than ${BUSY_CORES} cores during some rows of ${disturbed.join(", ")} (marked ~): their figures scatter.`;
  return `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}; ${versions.join(", ")}; ${days.join(" to ")}; commit ${commits.join(", ")}; ${minutes.toFixed(0)} minutes. ${others}`;
}

const isDisturbed = ({ busy }: RecordedRow): boolean => busy.median > BUSY_CORES;

function goals(results: Results): string {
  const lines = eachRow(results).flatMap(([id, row]) =>
    row.goals.map((goal) => {
      const [sign, bound] = "atLeast" in goal.bound ? ["≥", goal.bound.atLeast] : ["≤", goal.bound.atMost];
      const mark = isMet(goal) ? "met" : "**missed**";
      const disturbed = isDisturbed(row) ? " ~" : "";
      return `| ${id}${disturbed} | ${cell(row.what)} | ${withSpread(goal.value, goal.unit)} ${cell(goal.what)} | ${sign} ${bound} ${goal.unit} | ${mark} |`;
    }),
  );
  return ["| | work | measured | goal | |", "|---|---|---|---|---|", ...lines, ...failures(results)].join("\n");
}

function failures(results: Results): string[] {
  return Object.entries(results.benches).flatMap(([id, { title, failures }]) =>
    failures.map(({ what, reason }) => `| ${id} | ${cell(what ?? title)} | failed: ${cell(reason)} | | |`),
  );
}

function short(results: Results): string {
  const all = eachRow(results).flatMap(([, row]) => row.goals);
  const met = all.filter(isMet).length;
  const absent = BENCHMARKS.filter(({ id }) => (results.benches[id]?.rows.length ?? 0) === 0).map(({ id }) => id);
  const without = absent.length === 0 ? "" : ` Without figures in this record: ${absent.join(", ")}.`;
  return `${met === all.length ? `All ${met}` : `${met} of ${all.length}`} goals are met.${without}`;
}

function figures(results: Results): string {
  return Object.entries(results.benches)
    .map(([id, bench]) => [`### ${id} ${bench.title}`, "", ...bench.rows.map(rowTable)].join("\n"))
    .join("\n\n");
}

function rowTable(row: Row): string {
  const sides = bySide(row.figures).map(([side, text]) => `| ${cell(side)} | ${text} |`);
  const note = row.note === undefined ? [] : ["", row.note];
  return [`| ${cell(row.what)} | |`, "|---|---|", ...sides, ...note, ""].join("\n");
}

function onlyRows(results: Results, ids: readonly string[]): string {
  const rows = eachRow(results).filter(([id]) => ids.includes(id));
  return rows.length === 0 ? "Not measured yet." : rows.map(([, row]) => rowTable(row)).join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

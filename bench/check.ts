/** `npm run bench:check [-- --against FILE]`: holds the record to the goals, or to another record; exit code 1 when it falls short. */
import { parseArgs } from "node:util";
import { BENCHMARKS } from "./benchmarks.ts";
import { shortfalls } from "./report/check.ts";
import { printComparison } from "./report/compare.ts";
import { readResults } from "./report/results.ts";

const { values } = parseArgs({ options: { against: { type: "string" } } });
const results = readResults();
const other = values.against === undefined ? undefined : readResults(values.against);
if (results === undefined || (values.against !== undefined && other === undefined)) process.exitCode = 2;
else if (other !== undefined) process.exitCode = printComparison(results, other) ? 0 : 1;
else {
  const lines = shortfalls(
    results,
    BENCHMARKS.map(({ id }) => id),
  );
  for (const line of lines) console.log(line);
  const goals = Object.values(results.benches).flatMap(({ rows }) => rows.flatMap((row) => row.goals));
  console.log(
    lines.length === 0 ? `All ${goals.length} goals are met.` : `${lines.length} short of ${goals.length} goals.`,
  );
  if (lines.length > 0) process.exitCode = 1;
}

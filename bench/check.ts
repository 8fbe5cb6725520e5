/** Owns `npm run bench:check`: compares the recorded ratios with the goals; exit code 1 when one falls short. */
import { shortfalls } from "./report/check.ts";
import { readResults } from "./report/results.ts";

const results = readResults();
if (results === undefined) {
  console.error("There is no bench/results.json yet: npm run bench makes it.");
  process.exitCode = 1;
} else {
  const lines = shortfalls(results);
  for (const line of lines) console.log(line);
  const goals = Object.values(results.benches).flatMap(({ rows }) => rows.flatMap((row) => row.goals));
  console.log(lines.length === 0 ? `All ${goals.length} goals are met.` : `${lines.length} short of their goal.`);
  if (lines.length > 0) process.exitCode = 1;
}

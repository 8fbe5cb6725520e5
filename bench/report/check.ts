/** The verdict on a record: which goals fall short, and what could not be measured. */
import { isMet } from "../harness/benchmark.ts";
import type { Results } from "./results.ts";
import { goalText } from "./table.ts";

/** One line for each goal that is missed, each failure, and each benchmark of `expected` that has no row. */
export function shortfalls(results: Results, expected: readonly string[] = []): string[] {
  const absent = expected.filter((id) => (results.benches[id]?.rows.length ?? 0) === 0);
  return [
    ...Object.entries(results.benches).flatMap(([id, bench]) => [
      ...bench.rows.flatMap((row) =>
        row.goals.filter((goal) => !isMet(goal)).map((goal) => `${id}  ${row.what}: ${goalText(goal)}`),
      ),
      ...bench.failures.map(({ what, reason }) => `${id}  ${what ?? bench.title}: not measured: ${reason}`),
    ]),
    ...absent.map((id) => `${id}  has no figures`),
  ];
}

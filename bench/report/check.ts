/** Owns the verdict on a record: which goals fall short, and which benchmarks have no figures. */
import { isMet } from "../harness/benchmark.ts";
import type { Results } from "./results.ts";
import { goalText } from "./table.ts";

/** One line for each goal that is missed and each benchmark that failed. */
export function shortfalls(results: Results): string[] {
  return Object.entries(results.benches).flatMap(([id, bench]) => [
    ...(bench.failure === undefined ? [] : [`${id}  ${bench.title}: ${bench.failure}`]),
    ...bench.rows.flatMap((row) =>
      row.goals.filter((goal) => !isMet(goal)).map((goal) => `${id}  ${row.what}: ${goalText(goal)}`),
    ),
  ]);
}

/** Proves the orders of the tables of sums. */
import { expect, it } from "vitest";
import { nextSort, sortRows } from "./sort-rows.ts";

const rows = [
  { server: "b", calls: 1, errors: 0, bytes: 5, p50: 9 },
  { server: "a", calls: 3, errors: 0, bytes: 5 },
  { server: "c", calls: 2, errors: 1, bytes: 7, p50: 3 },
];
const names = (sort: Parameters<typeof sortRows>[1]) => sortRows(rows, sort).map(({ server }) => server);

it("orders by each column, both ways, and leaves what has no figure at the end", () => {
  expect(names({ by: "calls", down: true })).toEqual(["a", "c", "b"]);
  expect(names({ by: "name", down: false })).toEqual(["a", "b", "c"]);
  expect(names({ by: "p50", down: true })).toEqual(["b", "c", "a"]);
  expect(names({ by: "p50", down: false })).toEqual(["c", "b", "a"]);
  expect(names({ by: "bytes", down: true })).toEqual(["c", "a", "b"]);
});

it("turns around at the second press, and begins with what one looks for", () => {
  const byBytes = nextSort({ by: "calls", down: true }, "bytes");
  expect(byBytes).toEqual({ by: "bytes", down: true });
  expect(nextSort(byBytes, "bytes").down).toBe(false);
  expect(nextSort(byBytes, "name").down).toBe(false);
});

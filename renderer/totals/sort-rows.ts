/** Orders the rows of a table of sums by one of its columns. */
import type { TotalsRow } from "../../shared/events/call-totals.ts";

export interface Sort {
  by: "name" | "calls" | "errors" | "p50" | "p95" | "bytes";
  down: boolean;
}

/** The same column once more turns the order around; numbers begin with the largest, names with the first. */
export const nextSort = (sort: Sort, by: Sort["by"]): Sort =>
  sort.by === by ? { by, down: !sort.down } : { by, down: by !== "name" };

/** What has no figure comes last in either order. */
export function sortRows(rows: readonly TotalsRow[], { by, down }: Sort): TotalsRow[] {
  const name = (row: TotalsRow) => `${row.tool ?? ""} ${row.server}`;
  return rows.toSorted((a, b) => {
    if (by === "name") return (down ? -1 : 1) * name(a).localeCompare(name(b));
    const [left, right] = [a[by], b[by]];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return (down ? right - left : left - right) || name(a).localeCompare(name(b));
  });
}

/** Where the keys of the activity list lead. Rows are counted from the oldest, which stands at the bottom. */
import type { Item } from "./list-item.ts";

/** The next call from row `at` on, over turns and gaps; `at` itself where there is none. Down is towards the older. */
export function step(items: readonly Item[], at: number, down: boolean): number {
  const by = down ? -1 : 1;
  for (let row = at + by; row >= 0 && row < items.length; row += by) if (items[row]?.kind === "call") return row;
  return at;
}

/** The nearest older call for which `test` holds, around the end of the list; `at` where there is none. */
export function nextWhere(items: readonly Item[], at: number, test: (id: string) => boolean): number {
  for (let offset = 1; offset <= items.length; offset += 1) {
    const row = (((at - offset) % items.length) + items.length) % items.length;
    const item = items[row];
    if (item?.kind === "call" && test(item.id)) return row;
  }
  return at;
}

const PAGE = 10;

/** The row that a key leads to; undefined for a key that does not move. `at` is undefined before the first move. */
export function target(key: string, items: readonly Item[], at: number | undefined): number | undefined {
  const from = at ?? items.length;
  switch (key) {
    case "ArrowDown":
    case "j":
      return step(items, from, true);
    case "ArrowUp":
    case "k":
      return step(items, from, false);
    case "PageDown":
      return step(items, Math.max(1, from - PAGE), true);
    case "PageUp":
      return step(items, Math.min(items.length - 1, from + PAGE), false);
    case "Home":
      return step(items, items.length, true);
    case "End":
      return step(items, -1, false);
    default:
      return undefined;
  }
}

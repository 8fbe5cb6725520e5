/** How a JSON value becomes rows of a tree: what is open, what is closed, what a search finds. */
import { isExactNumber } from "../../shared/text/exact-json.ts";
import { foldText } from "../../shared/text/search-words.ts";

export interface JsonRow {
  /** JSON pointer; unique and stable. */
  path: string;
  depth: number;
  key: string | undefined;
  /** Position in an array is shown fainter than a name. */
  index: boolean;
  kind: "object" | "array" | "string" | "number" | "boolean" | "null" | "end";
  /** For leaves the value as JSON; for branches the bracket, with what it holds when closed. */
  text: string;
  branch: "open" | "closed" | undefined;
  last: boolean;
}

/** Rows built at most; hostile or huge values end with a remark instead of a frozen page. */
export const MAX_ROWS = 50_000;
/** Strings are drawn to this length; the whole is copied. */
export const MAX_STRING = 2_000;
const MAX_DEPTH = 100;

/** `isOpen` is asked for each branch by its path and depth. */
export function jsonRows(value: unknown, isOpen: (path: string, depth: number) => boolean): JsonRow[] {
  const rows: JsonRow[] = [];
  walk(rows, value, { path: "", depth: 0, key: undefined, index: false, last: true }, isOpen);
  return rows;
}

type Place = Pick<JsonRow, "path" | "depth" | "key" | "index" | "last">;

function walk(rows: JsonRow[], value: unknown, place: Place, isOpen: (path: string, depth: number) => boolean): void {
  if (rows.length >= MAX_ROWS) return;
  if (typeof value !== "object" || value === null || isExactNumber(value)) {
    rows.push({ ...place, ...leaf(value), branch: undefined });
    return;
  }
  const array = Array.isArray(value);
  const entries: [string, unknown][] = array ? value.map((item, at) => [String(at), item]) : Object.entries(value);
  const [opening, closing] = array ? ["[", "]"] : ["{", "}"];
  const kind = array ? "array" : "object";
  if (entries.length === 0) {
    rows.push({ ...place, kind, text: opening + closing, branch: undefined });
    return;
  }
  if (place.depth >= MAX_DEPTH || !isOpen(place.path, place.depth)) {
    const what = array ? `${entries.length} ${entries.length === 1 ? "item" : "items"}` : keysPreview(entries);
    rows.push({ ...place, kind, text: `${opening} ${what} ${closing}`, branch: "closed" });
    return;
  }
  rows.push({ ...place, kind, text: opening, branch: "open" });
  for (const [at, [key, item]] of entries.entries()) {
    const path = `${place.path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    walk(rows, item, { path, depth: place.depth + 1, key, index: array, last: at === entries.length - 1 }, isOpen);
  }
  rows.push({ ...place, path: `${place.path}/)`, key: undefined, kind: "end", text: closing, branch: undefined });
}

function leaf(value: unknown): Pick<JsonRow, "kind" | "text"> {
  if (value === null || value === undefined) return { kind: "null", text: "null" };
  if (isExactNumber(value)) return { kind: "number", text: value.rawJSON };
  if (typeof value === "number") return { kind: "number", text: String(value) };
  if (typeof value === "boolean") return { kind: "boolean", text: String(value) };
  const text = String(value);
  const shown = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}…` : text;
  const more = text.length > MAX_STRING ? ` (${text.length.toLocaleString("en-US")} characters)` : "";
  return { kind: "string", text: JSON.stringify(shown) + more };
}

function keysPreview(entries: readonly [string, unknown][]): string {
  const names = entries.slice(0, 3).map(([key]) => (key.length > 24 ? `${key.slice(0, 23)}…` : key));
  return names.join(", ") + (entries.length > 3 ? `, … ${entries.length - 3} more` : "");
}

/** The paths of the branches that must be open for every match of `text` in keys and leaves to be seen; and how many there are. */
export function searchJson(value: unknown, text: string): { open: Set<string>; matches: number } {
  const wanted = foldText(text);
  const open = new Set<string>();
  let matches = 0;
  let visited = 0;
  const visit = (item: unknown, path: string, key: string, depth: number): boolean => {
    visited += 1;
    if (visited > MAX_ROWS * 4 || depth > MAX_DEPTH) return false;
    let found = foldText(key).includes(wanted);
    if (found) matches += 1;
    if (typeof item !== "object" || item === null || isExactNumber(item)) {
      const here = foldText(String(isExactNumber(item) ? item.rawJSON : item)).includes(wanted);
      if (here && !found) matches += 1;
      return found || here;
    }
    for (const [name, child] of Object.entries(item)) {
      const below = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (visit(child, below, Array.isArray(item) ? "" : name, depth + 1)) {
        open.add(path);
        found = true;
      }
    }
    return found;
  };
  if (wanted !== "") visit(value, "", "", 0);
  return { open, matches };
}

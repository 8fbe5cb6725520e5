/** Reads JSON as people write it: comments, trailing commas, a byte order mark; each value knows its line in the text. */
import { type Node, type ParseError, type ParseErrorCode, parseTree } from "jsonc-parser";

export type JsonPath = readonly (string | number)[];

export interface JsonText {
  /** A number that JavaScript cannot hold as it is written (`1.0`, 2^60) is its text. */
  value: unknown;
  /** The line, from 1, of the value at `path`, or of the nearest value around it. */
  lineOf(path: JsonPath): number;
  /** Names that their object holds a second time. The last one counts, as everywhere. */
  repeated: readonly Repeated[];
}

/** An earlier value of a name that stands twice, which does not count. */
export interface Repeated {
  path: JsonPath;
  value: unknown;
  line: number;
}

export type JsonRead = { ok: true; value: JsonText } | { ok: false; line: number; reason: string };

/** The byte order mark that some editors of Windows put before a text. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** Never throws. The reason is a sentence without its line. */
export function readJsonText(text: string): JsonRead {
  const body = text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text;
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(body, errors, { allowTrailingComma: true });
  } catch {
    // It calls itself for each level.
    return { ok: false, line: 1, reason: "it is nested too deeply" };
  }
  const lineAt = (offset: number) => body.slice(0, offset).split("\n").length;
  if (root === undefined) return { ok: false, line: lineAt(body.length), reason: "it is empty" };
  const [first] = errors;
  if (first !== undefined) {
    return { ok: false, line: lineAt(first.offset), reason: WORDS[first.error] ?? "this is not JSON" };
  }
  const earlier: { path: JsonPath; value: unknown; offset: number }[] = [];
  const value = nodeValue(root, body, [], earlier);
  const repeated = earlier.map(({ path, value, offset }) => ({ path, value, line: lineAt(offset) }));
  const top = root;
  return {
    ok: true,
    value: { value, repeated, lineOf: (path) => lineAt(nearest(top, path).offset) },
  };
}

/** By `ParseErrorCode` of jsonc-parser, whose enumeration is erased here. */
const WORDS: Readonly<Record<ParseErrorCode, string>> = {
  1: "a word stands here that is no JSON value (texts need double quotes)",
  2: "a number is not finished",
  3: "a name in double quotes is missing",
  4: "a value is missing",
  5: "a colon is missing",
  6: "a comma is missing",
  7: "a closing brace } is missing",
  8: "a closing bracket ] is missing",
  9: "something follows after the end",
  10: "a comment is not written as // or /* */",
  11: "a comment is not closed",
  12: "a text is not closed",
  13: "a number is not finished",
  14: "a text holds a wrong \\u escape",
  15: "a text holds a wrong escape (a backslash is written \\\\)",
  16: "a text holds a character that must be escaped",
};

function nodeValue(
  node: Node,
  text: string,
  path: JsonPath,
  earlier: { path: JsonPath; value: unknown; offset: number }[],
): unknown {
  if (node.type === "array")
    return (node.children ?? []).map((item, i) => nodeValue(item, text, [...path, i], earlier));
  if (node.type === "number") {
    const written = text.slice(node.offset, node.offset + node.length);
    return String(node.value) === written ? node.value : written;
  }
  if (node.type !== "object") return node.value;
  const seen = new Map<string, { value: unknown; offset: number }>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    const before = seen.get(name);
    if (before !== undefined) earlier.push({ path: [...path, name], ...before });
    seen.set(name, { value: nodeValue(value, text, [...path, name], earlier), offset: key.offset });
  }
  return Object.fromEntries([...seen].map(([name, { value: last }]) => [name, last]));
}

/** A property's own node is its key's place; the last of a repeated name. */
function nearest(root: Node, path: JsonPath): Node {
  let node = root;
  let place = root;
  for (const step of path) {
    const { children = [] } = node;
    const next =
      typeof step === "number" ? children[step] : children.findLast((item) => item.children?.[0]?.value === step);
    if (next === undefined) break;
    place = next;
    node = next.type === "property" ? (next.children?.[1] ?? next) : next;
  }
  return place;
}

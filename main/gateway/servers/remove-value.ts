/** Takes one value out of a JSON text, with its comma and nothing else: the comments of its neighbours stay. */
import { createScanner, findNodeAtLocation, type Node, parseTree, type SyntaxKind } from "jsonc-parser";
import type { JsonPath } from "../../../shared/text/json-text.ts";

/** `SyntaxKind.CommaToken`: the enumeration of jsonc-parser is erased here. */
const COMMA: SyntaxKind = 5;

/** The text without the property or item at `path`; unchanged where there is none. */
export function removeValue(text: string, path: JsonPath): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const value = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  const own = typeof path.at(-1) === "number" ? value : value?.parent;
  const around = own?.parent?.children;
  if (own === undefined || around === undefined) return text;
  const end = own.offset + own.length;
  const after = commaFrom(text, end);
  if (after !== undefined) return cut(text, own.offset, after + 1, text.slice(end, after));
  const before: Node | undefined = around[around.indexOf(own) - 1];
  const rest = cut(text, own.offset, end, "");
  const comma = before === undefined ? undefined : commaFrom(text, before.offset + before.length);
  return comma === undefined ? rest : rest.slice(0, comma) + rest.slice(comma + 1);
}

/** Where the comma stands that follows, behind space and comments. */
function commaFrom(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  return scanner.scan() === COMMA ? scanner.getTokenOffset() : undefined;
}

/** Without the range, and without the line that is then empty; `keep` stays in its place. */
function cut(text: string, from: number, to: number, keep: string): string {
  const head = text.slice(0, from);
  const line = /(^|\n)[ \t]*$/.exec(head);
  const tail = text.slice(to);
  const empty = /^[ \t]*(\r?\n|$)/.exec(tail);
  if (keep.trim() === "" && line !== null && empty !== null) {
    return head.slice(0, line.index + (line[1]?.length ?? 0)) + tail.slice(empty[0].length);
  }
  const spaced = keep.trim() === "" && line === null ? tail.replace(/^[ \t]+/, "") : tail;
  return head + (keep.trim() === "" ? "" : keep) + spaced;
}

/** Changes values in a JSON text where they stand: comments, order, other fields and the style of the text stay. */
import { applyEdits, type FormattingOptions, modify } from "jsonc-parser";
import { BYTE_ORDER_MARK, type JsonPath } from "../../../shared/text/json-text.ts";
import { removeValue } from "./remove-value.ts";

/** One change: a value to be set, or undefined for one to be taken away. With `insert`, a list takes it as a new item. */
export interface JsonChange {
  path: JsonPath;
  value: unknown;
  insert?: boolean;
}

/** The text after all changes, each made in what the one before it left. */
export function editJson(text: string, changes: readonly JsonChange[]): string {
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const formattingOptions = styleOf(text);
  let now = text.slice(mark.length);
  for (const { path, value, insert } of changes) {
    if (value === undefined) {
      now = removeValue(now, path);
      continue;
    }
    const options = { formattingOptions, ...(insert === true && { isArrayInsertion: true }) };
    now = applyEdits(now, modify(now, [...path], value, options));
  }
  return mark + now;
}

function styleOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 2 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** What has to be changed to make one value of the other; lists of other lengths are set as a whole. */
export function changesBetween(before: unknown, after: unknown, path: JsonPath): JsonChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return after.flatMap((item, i) => changesBetween(before[i], item, [...path, i]));
  }
  if (!isFields(before) || !isFields(after)) return [{ path, value: after }];
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [
    ...Object.entries(after).flatMap(([key, item]) =>
      Object.hasOwn(before, key)
        ? changesBetween(before[key], item, [...path, key])
        : [{ path: [...path, key], value: item }],
    ),
    ...gone.map((key) => ({ path: [...path, key], value: undefined })),
  ];
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How zod is used here: no code generation (the renderer's CSP forbids it), and parsing that returns a value instead of throwing. */
import * as z from "zod";
import { parseExact } from "../text/exact-json.ts";
import { readJsonText } from "../text/json-text.ts";
import { firstOf, wordsOf } from "./schema-words.ts";

z.config({ jitless: true, customError: wordsOf });

export { z };

/** What a parse at a trust boundary gives: the value, or one sentence that says what is wrong and where. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

/** An optional field of what others send: absent where it is left out, null, or of a form that makes no sense. It never costs the rest. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  z
    .nullish(schema)
    .transform((value) => value ?? undefined)
    .catch(undefined)
    .optional();

/** Checks an already decoded value. The reason names the first offending path, for example `cwd: must be a text`, in words for people. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: firstOf(result.error.issues) };
}

/** Decodes JSON text and checks it. Never throws: text that is not JSON is a reason like any other. */
export function parseJson<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  return decode(schema, text, JSON.parse);
}

/** As `parseJson`, for JSON that holds what others wrote and is written again: numbers in it stay as they were. */
export function parseExactJson<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  return decode(schema, text, parseExact);
}

function decode<T>(schema: z.ZodType<T>, text: string, parse: (text: string) => unknown): Parsed<T> {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return { ok: false, reason: notJson(text) };
  }
  return check(schema, value);
}

/** In which line and why; what people may write elsewhere is named as such. */
function notJson(text: string): string {
  if (text.length > MAX_NAMED) return "this is not JSON";
  const read = readJsonText(text);
  return read.ok ? "comments and trailing commas are not allowed here" : `line ${read.line}: ${read.reason}`;
}

/** Longer texts come from programs, and nobody looks for a line in them. */
const MAX_NAMED = 1024 * 1024;

/** Owns how zod is used here: no code generation (the renderer's CSP forbids it), and parsing that returns a value instead of throwing. */
import * as z from "zod";

z.config({ jitless: true });

export { z };

/** What a parse at a trust boundary gives: the value, or one sentence that says what is wrong and where. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

/** Checks an already decoded value. The reason names the first offending path, for example `cwd: expected string`. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  const message = issue?.message ?? "invalid";
  return { ok: false, reason: path === "" ? message : `${path}: ${message}` };
}

/** Decodes JSON text and checks it. Never throws: text that is not JSON is a reason like any other. */
export function parseJson<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : "not JSON" };
  }
  return check(schema, value);
}

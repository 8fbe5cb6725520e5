/** Checks values against JSON Schemas that strangers wrote, in bounded time: their patterns run on RE2. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import { asNumber, isExactNumber } from "../../../shared/text/exact-json.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { JsonObject } from "../rpc/message.ts";

const MAX_PATTERN = 1_000;

/** A pattern that RE2 cannot read holds for every text: its own client still checks it. */
function safePattern(pattern: string): { test(text: string): boolean } {
  try {
    if (pattern.length > MAX_PATTERN) return { test: () => true };
    const expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text) => expression.matcher(text).find() };
  } catch {
    return { test: () => true };
  }
}
// Ajv names the engine in code that it writes out, which is never done here.
safePattern.code = "safePattern";

let made: Ajv2020 | undefined;
const ajv = (): Ajv2020 => {
  made ??= new Ajv2020({
    strict: false,
    validateFormats: false,
    logger: false,
    addUsedSchema: false,
    inlineRefs: false,
    code: { regExp: safePattern },
  });
  return made;
};

const compiled = new WeakMap<JsonObject, ValidateFunction | string>();

/** Why this is no JSON Schema; undefined where it is one. */
export function schemaFault(schema: JsonObject): string | undefined {
  try {
    const engine = ajv();
    if (engine.validateSchema(plain(schema)) !== true) return inWords(engine.errors);
    return undefined;
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error), 200);
  }
}

/** What is wrong with the value; undefined where it fits, or where the schema cannot be used. */
export function valueFault(schema: JsonObject, value: unknown): string | undefined {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    try {
      validate = ajv().compile(plain(schema));
    } catch (error) {
      validate = String(error);
    }
    compiled.set(schema, validate);
  }
  if (typeof validate === "string" || validate(withNumbers(value))) return undefined;
  return inWords(validate.errors);
}

/** Which draft it says to follow changes nothing here, and its id must not meet that of another client's schema. */
function plain(schema: JsonObject): JsonObject {
  const { $schema: _, $id: __, ...rest } = schema;
  return rest;
}

function inWords(errors: ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return "it does not fit";
  const where = first.instancePath === "" ? "" : `${first.instancePath} `;
  return oneLine(`${where}${first.message ?? "does not fit"}`, 200);
}

/** Numbers that are kept as their text are numbers to a schema. */
function withNumbers(value: unknown): unknown {
  if (isExactNumber(value)) return asNumber(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
}

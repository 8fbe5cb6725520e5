/** Checks values against JSON Schemas that strangers wrote. How long that takes is theirs to say: only the thread of checks does it. */

import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { matchesSafely } from "../../../shared/inbox/safe-pattern.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { JsonObject } from "../rpc/message.ts";

/** A pattern that cannot be compared in bounded time holds for every text: its own client still checks it. */
const safePattern = (pattern: string) => ({ test: (text: string) => matchesSafely(pattern, text) !== false });
// Ajv names the engine in code that it writes out, which is never done here.
safePattern.code = "safePattern";

const OPTIONS = {
  strict: false,
  validateFormats: false,
  logger: false,
  addUsedSchema: false,
  inlineRefs: false,
  code: { regExp: safePattern },
} as const;

const forSchemas = new Ajv2020(OPTIONS);
/** Loads what the first check needs, which takes longer than most checks. */
export const warmUp = (): void => void forSchemas.validateSchema({});

/** Why this is no JSON Schema; undefined where it is one. */
export function schemaFault(schema: JsonObject): string | undefined {
  try {
    return forSchemas.validateSchema(plain(schema)) === true ? undefined : inWords(forSchemas.errors);
  } catch (error) {
    return oneLine(reasonOf(error), 200);
  }
}

/** What is wrong with the value; undefined where it fits, or where the schema cannot be used. */
export function valueFault(validate: ValidateFunction | undefined, value: unknown): string | undefined {
  return validate === undefined || validate(value) === true ? undefined : inWords(validate.errors);
}

/**
 * Undefined for a schema that cannot be used. Each has an engine of its own: what one schema names (`$id`, `$anchor`) another
 * client's schema does not meet, and all of it goes with the schema.
 */
export function compileSchema(schema: JsonObject): ValidateFunction | undefined {
  try {
    return new Ajv2020({ ...OPTIONS, validateSchema: false }).compile(plain(schema));
  } catch {
    return undefined;
  }
}

/** Which draft it says to follow changes nothing here, and ajv's own `$async` would make each check a promise that nobody awaits. */
function plain(schema: JsonObject): JsonObject {
  const { $schema: _, $id: __, $async: ___, ...rest } = schema;
  return rest;
}

function inWords(errors: ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return "it does not fit";
  const where = first.instancePath === "" ? "" : `${first.instancePath} `;
  return oneLine(`${where}${first.message ?? "does not fit"}`, 200);
}

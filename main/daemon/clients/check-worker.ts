/** The thread that checks what clients declare and answer, and what they are sent: it may be ended at any moment. */
import { parentPort } from "node:worker_threads";
import type { ValidateFunction } from "ajv/dist/2020.js";
import type { CheckReport, CheckRequest } from "./check-messages.ts";
import { compileSchema, schemaFault, valueFault, warmUp } from "./check-values.ts";

const port = parentPort;
if (port === null) throw new Error("check-worker runs as a worker thread");
const report = (message: CheckReport) => port.postMessage(message);

/** Characters of schemas whose code is kept, the one that was used last at the end; their code is many times as long. */
const MAX_KEPT_CHARS = 1024 * 1024;
const compiled = new Map<string, ValidateFunction | undefined>();

function validatorOf(schema: string): ValidateFunction | undefined {
  const validate = compiled.has(schema) ? compiled.get(schema) : compileSchema(JSON.parse(schema));
  compiled.delete(schema);
  compiled.set(schema, validate);
  let chars = 0;
  for (const { length } of compiled.keys()) chars += length;
  for (const oldest of compiled.keys()) {
    if (chars <= MAX_KEPT_CHARS) break;
    chars -= oldest.length;
    compiled.delete(oldest);
  }
  return validate;
}

port.on("message", ({ schema, value }: CheckRequest) => {
  const fault =
    value === undefined ? schemaFault(JSON.parse(schema)) : valueFault(validatorOf(schema), JSON.parse(value));
  report({ type: "checked", ...(fault !== undefined && { fault }) });
});
warmUp();
report({ type: "ready" });

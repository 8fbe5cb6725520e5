/** Proves that no schema of a stranger holds the daemon: what takes too long is ended, and the next check is made. */
import { afterEach, expect, it } from "vitest";
import { silentLog } from "../../home/create-log.ts";
import type { JsonObject } from "../rpc/message.ts";
import { readDeclaredTools } from "./declared-tools.ts";
import { createValueChecks, TOO_LONG } from "./value-checks.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});
function start(maxMs?: number) {
  const checks = createValueChecks(silentLog(), maxMs);
  undo.push(checks.dispose);
  return checks;
}

/** Each level is tried twice: the value is looked at 2^depth times. */
function doubling(depth: number): JsonObject {
  const $defs: JsonObject = { [`a${depth}`]: { type: "string" } };
  for (let n = 0; n < depth; n += 1) {
    const next = { $ref: `#/$defs/a${n + 1}` };
    $defs[`a${n}`] = { anyOf: [next, next] };
  }
  return { type: "object", $defs, properties: { x: { $ref: "#/$defs/a0" } } };
}
const nested = (depth: number): JsonObject => {
  let schema: JsonObject = { type: "object" };
  for (let n = 0; n < depth; n += 1) schema = { type: "object", properties: { a: schema } };
  return schema;
};
const plain = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };

it("A61: a schema that would take for ever is ended, and the checks after it are made", async () => {
  const checks = start(1_000);
  const hanging = checks.value(doubling(60), { x: 1 });
  const after = [checks.value(plain, { n: "one" }), checks.value(plain, { n: 1 })];
  expect(await hanging).toBe(TOO_LONG);
  expect(await Promise.all(after)).toEqual(["/n must be number", undefined]);
});

it("A61: what compares each item with every other one, and code without end, cost the daemon nothing", async () => {
  const checks = start(1_000);
  const unique = { type: "object", properties: { x: { type: "array", uniqueItems: true } } };
  const items = Array.from({ length: 60_000 }, (_, n) => ({ a: { b: n } }));
  expect(await checks.value(unique, { x: items })).toBe(TOO_LONG);
  // Too deep for the compiler, or too long: either way there is an answer.
  await checks.value(nested(4_000), {});
  await checks.schema(nested(4_000));
  const endless = { type: "object", allOf: [{ $ref: "#/$defs/a" }], $defs: { a: { $ref: "#/$defs/a" } } };
  await checks.value(endless, {});
  expect(await checks.value(plain, { n: 1 })).toBeUndefined();
});

it("a schema says nothing to another one, and none makes its checks promises", async () => {
  const checks = start();
  const named = (type: string) => ({
    type: "object",
    $defs: { it: { $id: "https://example.com/it", type } },
    properties: { x: { $ref: "https://example.com/it" } },
  });
  expect(await checks.value(named("string"), { x: "text" })).toBeUndefined();
  expect(await checks.value(named("number"), { x: "text" })).toBe("/x must be number");
  // A promise that was rejected and not awaited ended the process.
  expect(await checks.value({ ...plain, $async: true }, {})).toContain("required property 'n'");
});

it("a client whose schemas all take too long is read no further", async () => {
  let asked = 0;
  const schema = async () => {
    asked += 1;
    return TOO_LONG;
  };
  const tools = Array.from({ length: 500 }, (_, n) => ({ name: `t${n}`, inputSchema: plain }));
  const read = await readDeclaredTools(tools, { schema });
  expect(read.tools).toEqual([]);
  expect(read.leftOut.at(-1)).toContain("not read");
  expect(asked).toBeLessThan(5);
});

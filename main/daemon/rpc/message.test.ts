/** Proves that the short way of reading a message decides as the schemas do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkMessage, isObject, readMessage } from "./message.ts";

const odd = fc.constantFrom<unknown>(
  null,
  1,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  "",
  "x",
  true,
  [],
  {},
  { a: 1 },
  undefined,
);
const messages = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>("2.0") }, odd),
    id: odd,
    method: fc.oneof(fc.constant<unknown>("tools/call"), odd),
    params: odd,
    result: odd,
    error: fc.oneof(fc.constant<unknown>({ code: 1, message: "no" }), odd),
    extra: odd,
  },
  { requiredKeys: [] },
);

describe("a message", () => {
  it("is read without the schemas exactly as with them, whatever it holds", () => {
    fc.assert(
      fc.property(messages, (value) => {
        const [read, checked] = [readMessage(value), checkMessage(value)];
        expect(read).toEqual(checked);
      }),
      { numRuns: 3_000 },
    );
  });

  it("that is no object is refused with a reason", () => {
    for (const value of [null, [], "x", 7, undefined]) {
      expect(isObject(value)).toBe(false);
      expect(readMessage(value)).toMatchObject({ ok: false });
    }
  });
});

describe("null where nothing is meant", () => {
  it.each([
    [{ method: "notifications/initialized", params: null, id: null }, { method: "notifications/initialized" }],
    [
      { id: 1, method: "ping", params: null },
      { id: 1, method: "ping" },
    ],
    [
      { id: 1, result: { a: 1 }, error: null },
      { id: 1, result: { a: 1 } },
    ],
    [
      { id: 1, result: null, error: null },
      { id: 1, result: {} },
    ],
    [
      { id: 1, result: null },
      { id: 1, result: {} },
    ],
    [
      { id: 1, result: null, error: { code: 1, message: "no" } },
      { id: 1, error: { code: 1, message: "no" } },
    ],
    [{ id: null, error: { code: 1, message: "no", data: null } }, { error: { code: 1, message: "no", data: null } }],
    [
      { id: 1, error: { code: null, message: null } },
      { id: 1, error: { code: -32603, message: "no reason is given" } },
    ],
    [
      { id: 1, error: "boom" },
      { id: 1, error: { code: -32603, message: "boom" } },
    ],
  ])("%j is understood", (given, meant) => {
    expect(readMessage({ jsonrpc: "2.0", ...given })).toEqual({ ok: true, value: { jsonrpc: "2.0", ...meant } });
  });

  it("is no id of a request", () => {
    expect(readMessage({ jsonrpc: "2.0", id: null, method: "tools/call" })).toMatchObject({ ok: false });
  });
});

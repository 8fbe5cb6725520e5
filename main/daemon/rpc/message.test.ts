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

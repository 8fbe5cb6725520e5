/** Proves that a state which an agent gives back can be used for what it was written for, and for nothing else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRequestStates, digestOf } from "./request-state.ts";

const at = { held: 7, round: 2, expires: 1_000 };

describe("A63: the state of a request", () => {
  const states = createRequestStates(Buffer.alloc(32, 1));
  const written = states.write(at, "bearer", "request");

  it("is read where it was written, for the same bearer and the same request", () => {
    expect(states.read(written, "bearer", "request")).toEqual(at);
    expect(states.read(written, "other", "request")).toBeUndefined();
    expect(states.read(written, "bearer", "other")).toBeUndefined();
    expect(createRequestStates(Buffer.alloc(32, 2)).read(written, "bearer", "request")).toBeUndefined();
  });

  it("is of no use when a single character is another, or when it is anything else", () => {
    for (let i = 0; i < written.length; i += 1) {
      const other = written[i] === "A" ? "B" : "A";
      expect(states.read(written.slice(0, i) + other + written.slice(i + 1), "bearer", "request")).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => states.read(text, "bearer", "request") === undefined));
  });

  it("is for a request of the same content, in whatever order it is written", () => {
    const params = { name: "a", arguments: { x: [1, { b: 2, a: 1 }], y: 1 } };
    const same = { arguments: { y: 1, x: [1, { a: 1, b: 2 }] }, name: "a", _meta: { z: 1 }, requestState: "s" };
    expect(digestOf("tools/call", same)).toBe(digestOf("tools/call", params));
    expect(digestOf("tools/call", { name: "a", arguments: [["x", 1]] })).not.toBe(
      digestOf("tools/call", { name: "a", arguments: { x: 1 } }),
    );
    expect(digestOf("prompts/get", params)).not.toBe(digestOf("tools/call", params));
  });
});

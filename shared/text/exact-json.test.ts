/** Proves that a number passes through decoding and encoding as it was written, whatever stands around it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asNumber, isExactNumber, numberOf, parseExact } from "./exact-json.ts";

const again = (text: string) => JSON.stringify(parseExact(text));

describe("numbers", () => {
  it.each([
    "9007199254740993",
    "-9223372036854775808",
    "18446744073709551615",
    "10.0",
    "1.50",
    "1e400",
    "-1E+400",
    "1e-400",
    "-0",
    "-0.0",
    "0.1000000000000000055511151231257827",
    "1e3",
    "123456789012345678901234567890",
    "0.12345678901234567",
    "0.0000001",
    "123456789.123456789",
    "-999999999999999",
    "[1.0,2,3.5]",
    '{"a":1234567890123456789,"b":[{"c":-0}],"d":"1.0, 2e5: -0"}',
    '{"__proto__":{"x":1.0},"y":2}',
  ])("%s is written as it was read", (text) => expect(again(text)).toBe(text));

  it("keeps them in copies, where a message is put together from parts", () => {
    const value = parseExact('{"params":{"id":9007199254740993,"list":[10.0]}}') as { params: object };
    expect(JSON.stringify({ ...value, params: { ...value.params, name: "t" } })).toBe(
      '{"params":{"id":9007199254740993,"list":[10.0],"name":"t"}}',
    );
  });

  it("reads ordinary numbers as numbers, also where a string looks like another one", () => {
    expect(parseExact('{"a":[1,2.5,-7,1000000],"b":"x: 1.0","c":"\\\\\\": 1e9"}')).toEqual({
      a: [1, 2.5, -7, 1_000_000],
      b: "x: 1.0",
      c: '\\": 1e9',
    });
  });

  it("finds a number that changes after any string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const written = `[${JSON.stringify(text)},"\\\\",{${JSON.stringify(text)}:1.0}]`;
        expect(again(written)).toBe(written);
      }),
    );
  });

  it("is as strict as JSON.parse", () => {
    for (const text of ["[1.0", "01.0", "[1.0,]", "1.0 2.0", '{"a":1e}', "[-]", "NaN"]) {
      expect(() => parseExact(text), text).toThrow(SyntaxError);
    }
  });

  it("does not fail on what is nested too deeply to be read with its numbers kept", () => {
    const depth = 200_000;
    expect(() => parseExact(`${"[".repeat(depth)}1.0${"]".repeat(depth)}`)).not.toThrow();
  });

  it("takes nothing from outside for one of its own", () => {
    expect(isExactNumber(parseExact('{"rawJSON":"1.0"}'))).toBe(false);
    expect(isExactNumber(parseExact("1.0"))).toBe(true);
  });

  it("can be read as ordinary numbers where something is counted", () => {
    expect(numberOf(parseExact("10.0"))).toBe(10);
    expect(numberOf(parseExact("1e400"))).toBeUndefined();
    expect(numberOf("7")).toBeUndefined();
    expect(asNumber(parseExact("10.0"))).toBe(10);
    expect(asNumber("x")).toBe("x");
  });
});

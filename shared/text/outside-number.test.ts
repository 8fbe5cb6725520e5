/** Proves that no number from outside makes a program wait for nothing or for ever. */
import { expect, it } from "vitest";
import { parseExact } from "./exact-json.ts";
import { outsideNumber } from "./outside-number.ts";

const within = (value: unknown) => outsideNumber(value, { min: 1_000, max: 30_000 });

it("keeps a sensible number, of JSON or of a header", () => {
  expect([5_000, "5000", parseExact("5000.0"), " 5000 "].map(within)).toEqual([5_000, 5_000, 5_000, 5_000]);
});

it("brings what is too small or too large to its bounds", () => {
  expect([0, "0", -0, 2 ** 31, "99999999999999999999", parseExact("1e300")].map(within)).toEqual([
    1_000, 1_000, 1_000, 30_000, 30_000, 30_000,
  ]);
});

it("says that there is none where there is none", () => {
  const none = [
    undefined,
    null,
    "",
    "soon",
    "-5",
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    parseExact("1e400"),
    {},
    [],
  ];
  expect(none.map(within)).toEqual(none.map(() => undefined));
});

/** Proves that the size of a pattern is known before it is read: never less than half of what the engine then needs. */
import { RE2JS } from "re2js";
import { expect, it } from "vitest";
import { patternSize } from "./pattern-size.ts";

it("A61: a pattern's size is never told too small, whatever it is made of", () => {
  const parts = "a b ( (?: ) [ ] {2} {0,5} {3,} {12} * + ? | \\d \\p{L} . ^ $ \\ - \\] (?i) , 0".split(" ");
  // A generator of numbers that is the same in every run (Park and Miller, 1988).
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  let read = 0;
  for (let n = 0; n < 3_000; n += 1) {
    const pattern = Array.from({ length: 1 + random(14) }, () => parts[random(parts.length)]).join("");
    let size: number;
    try {
      size = RE2JS.compile(RE2JS.translateRegExp(pattern)).programSize();
    } catch {
      continue;
    }
    read += 1;
    expect(2 * patternSize(pattern, Number.POSITIVE_INFINITY) + 10, pattern).toBeGreaterThanOrEqual(size);
  }
  expect(read).toBeGreaterThan(300);
});

it("ordinary patterns are small", () => {
  for (const pattern of ["^[A-Z]{2}\\d{2}[A-Z0-9]{1,30}$", "^.{1,1000}$", "^(?:[0-9a-f]{4}:){7}[0-9a-f]{4}$"]) {
    expect(patternSize(pattern, 4_000)).toBeLessThan(4_000);
  }
});

/** Proves what counts as several lines, and what they become as one. */
import { expect, it } from "vitest";
import { asOneLine, linesOf } from "./clipboard-input.ts";

it("counts lines as a program gets them: an Enter at the end makes no second line", () => {
  expect(["ls", "ls\n", "ls\r\n", "a\nb", "a\r\nb\r\n", "a\rb", "\n\n"].map(linesOf)).toEqual([1, 1, 1, 2, 2, 2, 2]);
});

it("makes one line of several, with no Enter in it", () => {
  expect(asOneLine("make \\\n  build\r\n\r\n  test\n")).toBe("make \\ build test");
});

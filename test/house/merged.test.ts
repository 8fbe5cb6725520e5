/** Proves that no file was committed in the middle of a merge, and that no two decision records have one number. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("no file holds the marks of a merge that was not finished", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);
  expect(files.length).toBeGreaterThan(500);
  const unmerged = files.filter((file) => /^(<{7}|>{7}) /m.test(readFileSync(file, "latin1")));
  expect(unmerged).toEqual([]);
});

it("each decision record has a number of its own", () => {
  const numbers = readdirSync("docs/decisions").map((name) => name.slice(0, 4));
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
});

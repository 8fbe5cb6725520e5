/** Proves which parts of a terminal's lines are taken for paths, and which line of the file they mean. */
import { expect, it } from "vitest";
import { findPaths, MAX_PATHS_OF_A_LINE } from "./find-paths.ts";

const shown = (text: string) =>
  findPaths(text).map(({ index, length, paths, line, column }) => [
    text.slice(index, index + length),
    paths[0],
    ...(line === undefined ? [] : [line]),
    ...(column === undefined ? [] : [column]),
  ]);

it.each([
  ["src/a.ts:12:3 - error TS2304", [["src/a.ts:12:3", "src/a.ts", 12, 3]]],
  ["src/a.ts(12,3): error", [["src/a.ts(12,3)", "src/a.ts", 12, 3]]],
  ["Read(src/fold.ts)", [["src/fold.ts", "src/fold.ts"]]],
  ['  File "/home/me/My App/x.py", line 7, in run', [['/home/me/My App/x.py", line 7', "/home/me/My App/x.py", 7]]],
  ["    at run (/srv/app/index.js:12:9)", [["/srv/app/index.js:12:9", "/srv/app/index.js", 12, 9]]],
  ["at file:///srv/app/index.js:12:9", [["file:///srv/app/index.js:12:9", "file:///srv/app/index.js", 12, 9]]],
  ["see docs/keyboard.md.", [["docs/keyboard.md", "docs/keyboard.md"]]],
  ["README.md#L4", [["README.md#L4", "README.md", 4]]],
  [
    "~/notes/x and ../y",
    [
      ["~/notes/x", "~/notes/x"],
      ["../y", "../y"],
    ],
  ],
  ["C:\\src\\a.ts:3", [["C:\\src\\a.ts:3", "C:\\src\\a.ts", 3]]],
  ["src/a.ts:12-20", [["src/a.ts:12-20", "src/a.ts", 12]]],
  ["./run.sh: line 3: x: not found", [["./run.sh", "./run.sh", 3]]],
  ["modified:   shared/text.ts", [["shared/text.ts", "shared/text.ts"]]],
  [
    "┃src/a.ts┃src/b.ts┃",
    [
      ["src/a.ts", "src/a.ts"],
      ["src/b.ts", "src/b.ts"],
    ],
  ],
])("%s", (text, expected) => expect(shown(text)).toEqual(expected));

it("takes a file of a diff for the one in the folder too", () => {
  expect(findPaths("+++ b/src/a.ts").map(({ paths }) => paths)).toEqual([["b/src/a.ts", "src/a.ts"]]);
});

it.each(["1.2.3", "v1.2", "12:30:05", "3.14", "and/or… //", "https://example.org/a.ts", "a", "..", "/", "--x"])(
  "%s is no path",
  (text) => expect(shown(text).filter(([part]) => part !== "and/or")).toEqual([]),
);

it("leaves alone what is a web address already", () => {
  const text = "https://example.org/src/a.ts src/a.ts";
  expect(findPaths(text, [{ index: 0, length: 28 }]).map(({ index }) => index)).toEqual([29]);
});

it("is quick on long and odd lines, and bounded", () => {
  const began = performance.now();
  for (const part of ["a/", '"', "a/b.c ", "((((", ":1", "'./"]) findPaths(part.repeat(20_000));
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(findPaths("a/b.c ".repeat(100))).toHaveLength(MAX_PATHS_OF_A_LINE);
});

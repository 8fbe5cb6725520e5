/** Proves that the address for an editor names one file and nothing else. */
import { expect, it } from "vitest";
import { editorAddress, editorRequestSchema } from "./editor-address.ts";

it.each([
  ["vscode", "/src/a.ts", 12, 3, "vscode://file/src/a.ts:12:3"],
  ["cursor", "C:\\src\\a b.ts", undefined, undefined, "cursor://file/C:/src/a%20b.ts"],
  ["vscode", "/a?b#c%d&e", 1, undefined, "vscode://file/a%3Fb%23c%25d&e:1"],
  ["idea", "/a&line=9#x", 2, 4, "idea://open?file=%2Fa%26line%3D9%23x&line=2&column=4"],
] as const)("%s %s", (editor, path, line, column, address) => {
  expect(editorAddress({ editor, path, line, column })).toBe(address);
});

it("names the machine that has the file, for an editor on another one", () => {
  const at = { editor: "vscode", path: "/src/a.ts", line: 2 } as const;
  expect(editorAddress(at, "me@build-1.example")).toBe(
    "vscode://vscode-remote/ssh-remote+me%40build-1.example/src/a.ts:2",
  );
  expect(editorAddress(at, "x/../../y?z")).toBe("vscode://file/src/a.ts:2");
});

it.each(["src/a.ts", "//server/share", "\\\\server\\share", "/a\n/b", "", "file:///a"])(
  "A17: %j is no path that an editor is asked to open",
  (path) => expect(editorRequestSchema.safeParse({ editor: "vscode", path }).success).toBe(false),
);
it("A17: an editor that nobody chose is not asked", () => {
  for (const editor of ["env", "javascript", "file", "ms-msdt"])
    expect(editorRequestSchema.safeParse({ editor, path: "/a" }).success).toBe(false);
});

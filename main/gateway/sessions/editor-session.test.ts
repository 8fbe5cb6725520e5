/** Proves that a path opens in the person's own editor, at its line, and that nothing in the path is a command. */
import { expect, it } from "vitest";
import { editorSession } from "./editor-session.ts";

const at = { path: "/src/a.ts", line: 12, column: 3 };
const started = (env: NodeJS.ProcessEnv, place: Parameters<typeof editorSession>[0] = at) => {
  const session = editorSession(place, env);
  return session.ok ? [session.value.command, ...(session.value.args ?? [])] : session.fault.code;
};

it.each([
  ["vim", ["vim", "+call cursor(12,3)", "/src/a.ts"]],
  ["/usr/bin/nano -w", ["/usr/bin/nano", "-w", "+12,3", "/src/a.ts"]],
  ["code --wait", ["code", "--wait", "--goto", "/src/a.ts:12:3"]],
  ["hx", ["hx", "/src/a.ts:12:3"]],
  ["ed", ["ed", "/src/a.ts"]],
])("EDITOR=%s", (EDITOR, expected) => expect(started({ EDITOR })).toEqual(expected));

it("takes VISUAL first, and says what to do where there is neither", () => {
  expect(started({ VISUAL: "nvim", EDITOR: "ed" }, { path: "/a" })).toEqual(["nvim", "/a"]);
  expect(started({})).toBe("no-editor");
  expect(started({ EDITOR: " " })).toBe("no-editor");
});

it("A28: a path is one argument, whatever is in it", () => {
  expect(started({ EDITOR: "ed" }, { path: "/a b; rm -rf $(x)" })).toEqual(["ed", "/a b; rm -rf $(x)"]);
});

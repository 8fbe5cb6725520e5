/** Proves that a row says what its call is about, with the arguments of tools that agents really call. */
import { expect, it } from "vitest";
import { UNSEEN } from "../text/visible.ts";
import { aboutFrom, callAbout, isPath, shortPath } from "./call-about.ts";

it.each<[string, unknown, string | undefined]>([
  ["Claude Code Read", { file_path: "/home/me/src/api/src/a.ts", offset: 1, limit: 50 }, "/home/me/src/api/src/a.ts"],
  ["Claude Code Bash", { description: "Runs the tests", command: "npm test -- --run" }, "npm test -- --run"],
  ["Claude Code Edit", { old_string: "let a", new_string: "let b", file_path: "src/a.ts" }, "src/a.ts"],
  ["Claude Code Grep", { path: "/src", pattern: "legacyRoute", output_mode: "content" }, "legacyRoute"],
  ["Codex shell", { command: ["bash", "-lc", "rg --files"], timeout: 5 }, "bash -lc rg --files"],
  ["filesystem read_multiple_files", { paths: ["/a/b.ts", "/a/c.ts", "/a/d.ts"] }, "/a/b.ts +2"],
  ["filesystem edit_file", { path: "/a/b.ts", edits: [{ oldText: "x", newText: "y" }], dryRun: false }, "/a/b.ts"],
  ["filesystem move_file", { source: "/a/b.ts", destination: "/a/c.ts" }, "/a/b.ts"],
  ["fetch", { url: "https://example.com/docs/page", max_length: 5000 }, "https://example.com/docs/page"],
  ["github create_issue", { owner: "o", repo: "r", title: "It breaks", body: "Long…" }, "It breaks"],
  ["github search_code", { q: "addClass repo:o/r", page: 1 }, "addClass repo:o/r"],
  ["playwright browser_click", { element: "Sign in button", ref: "s1e5" }, "Sign in button"],
  ["playwright browser_navigate", { url: "http://localhost:5173/" }, "http://localhost:5173/"],
  ["memory create_entities", { entities: [{ name: "Ada", entityType: "person", observations: [] }] }, "Ada"],
  ["postgres query", { sql: "select *\n  from users\n where id = 1" }, "select * from users where id = 1"],
  ["everything get-sum", { a: 2, b: 40 }, "a 2, b 40"],
  ["everything trigger-long-running-operation", { duration: 10, steps: 5 }, "duration 10, steps 5"],
  ["sequential thinking", { thought: "First, look.", nextThoughtNeeded: true, thoughtNumber: 1 }, "First, look."],
  ["time", { timezone: "Europe/Berlin" }, "Europe/Berlin"],
  ["camel case", { filePath: "/x/y.py", content: "print()" }, "/x/y.py"],
  ["no arguments", {}, undefined],
  ["no object", undefined, undefined],
  ["null", null, undefined],
  ["empty texts", { path: "", query: "   " }, undefined],
  ["nothing but a secret", { token: "abcdef", api_key: "x" }, undefined],
  ["a hidden value", { name: "••••••", other: "seen" }, "seen"],
  ["a picture", { data: "iVBORw0KGgo".repeat(40), caption: "a cat" }, "a cat"],
])("%s", (_, args, about) => {
  expect(callAbout(args)).toBe(about);
});

it("holds nothing that is invisible, reorders text or drives a terminal, whatever an agent writes", () => {
  for (const hostile of ["a\u202eb\u2066c", "\u001b[2Jboo", "/tmp/\u200b\u0007x.ts", "line\nbreak\r\ttab", "\u2028x"]) {
    for (const args of [
      { path: hostile },
      { command: [hostile, "x"] },
      { [hostile]: 7 },
      { other: { deep: hostile } },
    ]) {
      const about = callAbout(args) ?? "";
      expect(about).not.toBe("");
      expect(about).not.toMatch(new RegExp(UNSEEN, "u"));
      expect(about).not.toMatch(/[\r\n\t]/);
    }
  }
});

it("is short however long the arguments are: a path keeps its end, another text its beginning", () => {
  const path = `/home/me/${"very-long-folder/".repeat(40)}forward.ts`;
  const short = callAbout({ path }) ?? "";
  expect(short.length).toBeLessThanOrEqual(160);
  expect(short).toMatch(/^…\/very-long-folder\/.*\/forward\.ts$/);
  const text = callAbout({ prompt: "word ".repeat(100_000) }) ?? "";
  expect(text.length).toBeLessThanOrEqual(160);
  expect(text).toMatch(/^word word .*…$/);
  expect(shortPath("/a/bcdefgh", 5)).toBe("…efgh");
  let nested: unknown = "deep";
  for (let depth = 0; depth < 5_000; depth += 1) nested = { nested };
  expect(callAbout(nested)).toBeUndefined();
});

it("knows a path from a command, a sentence and an address", () => {
  for (const path of ["/a/b c.ts", "~/x", "./a", "../a/b", "src/a.ts", "C:\\x\\y.ts", "…/relay/forward.ts"])
    expect(isPath(path), path).toBe(true);
  for (const other of ["cat /etc/hosts", "https://x.y/z", "yes or no", "a", "/bin/ls -la", "and/or it", "/a | /b"])
    expect(isPath(other), other).toBe(false);
});

it("leaves out the session's folder, and shortens the home folder to a tilde", () => {
  const from = (about: string) => aboutFrom(about, "/home/me/src/api/", "/home/me");
  expect(from("/home/me/src/api/src/a.ts")).toBe("src/a.ts");
  expect(from("/home/me/src/api")).toBe(".");
  expect(from("/home/me/src/api-2/a.ts")).toBe("~/src/api-2/a.ts");
  expect(from("/home/merry/a.ts")).toBe("/home/merry/a.ts");
  expect(from("cat /home/me/a")).toBe("cat /home/me/a");
  expect(aboutFrom("/a/b", "/", undefined)).toBe("/a/b");
});

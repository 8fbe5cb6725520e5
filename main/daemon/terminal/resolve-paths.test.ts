/** Proves which paths of a terminal lead to a file of this machine, and that a share that hangs delays nobody. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { stat } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createPathResolver } from "./resolve-paths.ts";

const folder = mkdtempSync(join(tmpdir(), "signalbox-paths-"));
mkdirSync(join(folder, "src"));
writeFileSync(join(folder, "src", "a b.ts"), "");
afterAll(() => rmSync(folder, { recursive: true }));

it("finds files and folders from the session's folder, from home, and by file: of this machine", async () => {
  const file = join(folder, "src", "a b.ts");
  const asked = [
    "src/a b.ts",
    "src",
    "~",
    file,
    `file://${file.replace(" ", "%20")}`,
    `file://${hostname()}${file.replace(" ", "%20")}#L3`,
  ];
  const answers = await createPathResolver().resolve(folder, asked);
  expect(answers.map((answer) => answer?.path)).toEqual([file, join(folder, "src"), homedir(), file, file, file]);
  expect(answers.map((answer) => answer?.kind)).toEqual(["file", "folder", "folder", "file", "file", "file"]);
});

it("A17: finds nothing that is absent, no file, or on another machine", async () => {
  const asked = [
    "src/none.ts",
    "/dev/null",
    "//server/share",
    "\\\\server\\share",
    "file://elsewhere.test/etc/passwd",
    "a\0b",
  ];
  expect(await createPathResolver().resolve(folder, asked)).toEqual(asked.map(() => null));
});

it("gives up on a share that does not answer, and asks no more of it until it does", async () => {
  const looked: unknown[] = [];
  const waiting: ((error: Error) => void)[] = [];
  const hangs = ((path: unknown) => {
    looked.push(path);
    return new Promise((_, fail) => waiting.push(fail));
  }) as typeof stat;
  const resolver = createPathResolver(hangs, 5);
  const asked = Array.from({ length: 100 }, (_, at) => `f${at}`);
  expect(await resolver.resolve(folder, asked)).toEqual(asked.map(() => null));
  expect(looked.length).toBe(2);
  expect(await resolver.resolve(folder, ["x"])).toEqual([null]);
  expect(looked.length).toBe(2);
  for (const fail of waiting) fail(new Error("it is back"));
  await new Promise((done) => setImmediate(done));
  await resolver.resolve(folder, ["x"]);
  expect(looked.length).toBe(3);
});

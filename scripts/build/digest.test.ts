/** Proves that a stale build is noticed and a fresh one is not rebuilt. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { forgetBuild, isBuilt, rememberBuild, sourcesDigest } from "./digest.ts";

let root: string;
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
const build = () => {
  for (const file of ["main/cli.js", "main/electron.js", "preload/preload.cjs", "renderer/index.html"])
    write(`out/${file}`, "");
  rememberBuild(root, sourcesDigest(root));
};
const fresh = () => isBuilt(root, sourcesDigest(root));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-build-"));
  for (const folder of ["main", "preload", "renderer", "shared"]) write(`${folder}/a.ts`, folder);
  write("package.json", "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("a build of these sources starts without building again, also after a copy that changes every time stamp", () => {
  expect(fresh()).toBe(false);
  build();
  utimesSync(join(root, "main/a.ts"), new Date(), new Date(Date.now() + 60_000));
  expect(fresh()).toBe(true);
  cpSync(join(root, "main/a.ts"), join(root, "main/a.test.ts"));
  expect(fresh()).toBe(true);
});

it.each([
  ["a changed file", () => write("shared/a.ts", "other")],
  ["a new file", () => write("renderer/deep/b.tsx", "")],
  ["a removed file", () => rmSync(join(root, "preload/a.ts"))],
  ["another version of a dependency", () => write("package-lock.json", "{}")],
  ["a result that is gone", () => rmSync(join(root, "out/main/cli.js"))],
  ["a build that was interrupted", () => forgetBuild(root)],
])("%s makes the build stale", (_name, change) => {
  build();
  change();
  expect(fresh()).toBe(false);
});

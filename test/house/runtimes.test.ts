/** Proves that a path alone says what exists at run time: each folder's compiler settings refuse the globals of another runtime. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  // Inside the checkout, so that the compiler finds the same type packages as the folder that it stands for.
  mkdirSync("node_modules/.cache", { recursive: true });
  folder = mkdtempSync("node_modules/.cache/house-");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Compiles one file with the settings of a room and gives the compiler's complaints. */
function compile(room: string, code: string): string {
  writeFileSync(join(folder, "probe.ts"), `${code}\nexport {};\n`);
  const config = { extends: resolve(room, "tsconfig.json"), include: ["probe.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return spawnSync("tsc", ["-p", folder], { encoding: "utf8" }).stdout;
}

describe.each([
  [
    "shared",
    "process.cwd();",
    "window.close();",
    "setTimeout(() => {}, 1);",
    'new URL("http://a");',
    "console.log(1);",
  ],
  ["main", "window.close();", 'document.querySelector("a");', "requestAnimationFrame(() => {});"],
  ["preload", "process.cwd();", 'document.querySelector("a");'],
  ["renderer", "process.cwd();", "Buffer.alloc(1);", '__dirname.includes("a");'],
])("in %s/", (room, ...forbidden) => {
  it.each(forbidden)("%s does not compile", (code) =>
    expect(compile(room, code)).toMatch(/error TS(2304|2584|2591|2580|2552)/),
  );
});

it.each([
  ["shared", "Math.max(1, 2);"],
  ["main", "process.cwd(); setTimeout(() => {}, 1);"],
  ["renderer", 'document.querySelector("a"); setTimeout(() => {}, 1);'],
])("in %s/ its own runtime compiles", (room, code) => expect(compile(room, code)).toBe(""));

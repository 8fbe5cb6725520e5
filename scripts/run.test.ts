/** Proves that a script which cannot run says what to do, on a Node that knows no TypeScript as well. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";

let folder = "";
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(flags: string[], { installed }: { installed: boolean }) {
  folder = mkdtempSync(join(tmpdir(), "signalbox-run-"));
  mkdirSync(join(folder, "scripts"));
  cpSync(join(import.meta.dirname, "run.js"), join(folder, "scripts", "run.js"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(folder, "scripts", "hello.ts"),
    "const words: string[] = process.argv.slice(1);\nconsole.log(JSON.stringify(words));\n",
  );
  if (installed) mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  const args = [...flags, join(folder, "scripts", "run.js"), "scripts/hello.ts", "--a", "b"];
  const env = { ...process.env, npm_lifecycle_event: "start" };
  return spawnSync(process.execPath, args, { encoding: "utf8", cwd: tmpdir(), env });
}

it("runs the script with its own arguments", () => {
  const { stdout, status } = run([], { installed: true });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual([join(folder, "scripts", "hello.ts"), "--a", "b"]);
});

it("says that nothing is installed yet, and how to do it", () => {
  const { stderr, status } = run([], { installed: false });
  expect(status).toBe(1);
  expect(stderr).toBe(`Nothing is installed in ${folder} yet. Run: npm ci\n`);
});

it("names the Node that is needed where this one runs no TypeScript", () => {
  const { stderr, status } = run(["--no-strip-types"], { installed: true });
  expect(status).toBe(1);
  expect(stderr).toContain(`This is Node ${process.versions.node}, and 22.18 or newer is needed.`);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("npm start");
});

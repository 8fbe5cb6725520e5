/** Owns the proof that `npm start` leaves nothing behind: signals, exit codes and a parent that dies. Real processes, a small stand-in for the product. */
import {
  type ChildProcess,
  type SpawnOptionsWithStdioTuple,
  type StdioNull,
  type StdioPipe,
  spawn,
  spawnSync,
} from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../test/support/is-alive.ts";
import { rememberBuild, sourcesDigest } from "../build/digest.ts";

let root: string;
const started: ChildProcess[] = [];

/** Stands where the built command stands: tells what it was given, and exits 3 on SIGTERM. */
const CLI = `
  process.on("SIGTERM", () => process.exit(3));
  console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), npm: Object.keys(process.env).filter((key) => /^npm_/i.test(key)) }));
  setInterval(() => {}, 1000);`;

/** Stands where Electron's program stands. */
const ELECTRON = `#!/bin/sh
trap 'exit 7' TERM
echo "{\\"pid\\":$$,\\"args\\":[\\"desktop\\"],\\"npm\\":[]}"
while :; do sleep 0.05; done`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-npm-start-"));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  for (const folder of ["main", "preload", "renderer"]) mkdirSync(join(root, folder));
  for (const folder of ["scripts", "shared"]) cpSync(resolve(folder), join(root, folder), { recursive: true });
  write("package.json", '{"type":"module"}');
  write("out/main/cli.js", CLI);
  for (const file of ["main/electron.js", "preload/preload.cjs", "renderer/index.html"]) write(`out/${file}`, "");
  write("node_modules/electron/package.json", '{"version":"45.0.0"}');
  write("node_modules/electron/install.js", 'console.error("Error: no network"); process.exit(1)');
  symlinkSync(resolve("node_modules/zod"), join(root, "node_modules", "zod"));
  rememberBuild(root, sourcesDigest(root));
  mkdirSync(join(root, "node_modules", ".cache"));
  for (const open of ["", "node_modules/.cache"]) chmodSync(join(root, open), 0o777);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  // One that is just being killed may still make a file.
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

/** Root gets no window on Linux, so those tests act as somebody else there: the traditional "nobody". */
const ordinary = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** Not where the checkout lies in a folder that is root's alone. */
const canActAsThem = spawnSync(process.execPath, ["-e", "0"], ordinary).status === 0;

function start(args: string[], env: Record<string, string> = {}, shell = false) {
  const script = join(root, "scripts", "start.ts");
  const options: SpawnOptionsWithStdioTuple<StdioNull, StdioPipe, StdioPipe> = {
    env: { PATH: process.env.PATH ?? "", npm_execpath: "/npm", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(env.DISPLAY === undefined ? {} : ordinary),
  };
  // As npm does it; the second command keeps the shell from replacing itself by ours.
  const child = shell
    ? spawn("/bin/sh", ["-c", `"${process.execPath}" "${script}" ${args.join(" ")}; exit $?`], options)
    : spawn(process.execPath, [script, ...args], options);
  started.push(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const first = once(createInterface({ input: child.stdout }), "line").then(([line]): unknown =>
    JSON.parse(String(line)),
  );
  return { child, first, errors: () => errors };
}

describe("without a display", () => {
  it("says why in one line, and the gateway gets every argument, none of npm's variables, and the signals", async () => {
    const { child, first, errors } = start(["--demo", "--port", "0", "--home", "/a b", "--no-open", "--json"]);
    expect(await first).toEqual({
      pid: child.pid,
      args: ["serve", "--demo", "--port", "0", "--home", "/a b", "--no-open", "--json"],
      npm: [],
    });
    await expect.poll(errors).toBe("There is no display here, so Signalbox runs without its window.\n");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([3, null]);
  });

  it("does not outlive the shell in which npm ran it", async () => {
    const { child, first } = start([], {}, true);
    const { pid } = (await first) as { pid: number };
    expect(pid).not.toBe(child.pid);
    child.kill("SIGKILL");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
  });
});

describe.skipIf(process.platform === "win32" || !canActAsThem)("with a display", () => {
  it("runs Electron's program, passes a signal on and gives its exit code", async () => {
    mkdirSync(join(root, "node_modules/electron/dist"));
    writeFileSync(join(root, "node_modules/electron/dist/electron"), ELECTRON, { mode: 0o755 });
    const { child, first } = start([], { DISPLAY: ":0" });
    const { pid } = (await first) as { pid: number };
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([7, null]);
    expect(isAlive(pid)).toBe(false);
  });

  it("an attempt to fetch the program that fails is told, remembered, and not repeated at the next start", async () => {
    const one = start([], { DISPLAY: ":0" });
    await one.first;
    await expect.poll(one.errors).toContain("could not be fetched (no network)");
    one.child.kill("SIGTERM");
    const two = start([], { DISPLAY: ":0" });
    await two.first;
    await expect.poll(two.errors).toContain("To try again: npm start -- --desktop");
    expect(two.errors()).not.toContain("Fetching");
  });
});

/** Proves that `npm start` leaves nothing behind: signals, exit codes and a parent that dies. Real processes, a small stand-in for the product. */
import {
  type ChildProcess,
  type SpawnOptionsWithStdioTuple,
  type StdioNull,
  type StdioPipe,
  spawn,
  spawnSync,
} from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

/** Stands where Electron's program stands, with a window. */
const ELECTRON = `#!/bin/sh
trap 'exit 7' TERM
echo '{"event":"began"}' >> "$SIGNALBOX_START_REPORT"
echo '{"event":"window"}' >> "$SIGNALBOX_START_REPORT"
echo "{\\"pid\\":$$,\\"args\\":[\\"desktop\\"],\\"npm\\":[]}"
while :; do sleep 0.05; done`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-npm-start-"));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  for (const folder of ["main", "preload", "renderer"]) mkdirSync(join(root, folder));
  for (const folder of ["scripts", "shared", "main/home"])
    cpSync(resolve(folder), join(root, folder), { recursive: true });
  write("package.json", '{"type":"module"}');
  write("out/main/cli.js", CLI);
  for (const file of ["main/electron.js", "preload/preload.cjs", "renderer/index.html"]) write(`out/${file}`, "");
  write("node_modules/electron/package.json", '{"version":"45.0.0"}');
  write("node_modules/electron/install.js", 'console.error("Error: no network"); process.exit(1)');
  // What shared/ imports.
  for (const name of ["zod", "jsonc-parser"])
    symlinkSync(resolve("node_modules", name), join(root, "node_modules", name));
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
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]): unknown =>
    JSON.parse(String(text)),
  );
  // One that ends without a word would be waited for without end.
  const silent = once(child, "close").then((): never => {
    throw new Error(`it ended without a word: ${errors}`);
  });
  const first = Promise.race([line, silent]);
  first.catch(() => {});
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

/** Puts a program where the installer puts Electron's, whole by its marks. */
function electronIs(script: string): void {
  const folder = join(root, "node_modules", "electron");
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "path.txt"), "electron");
  writeFileSync(join(folder, "dist", "version"), "45.0.0");
  writeFileSync(join(folder, "dist", "electron"), script, { mode: 0o755 });
}

describe.skipIf(process.platform === "win32" || !canActAsThem)("with a display", () => {
  it("runs Electron's program, passes a signal on and gives its exit code", async () => {
    electronIs(ELECTRON);
    const { child, first } = start([], { DISPLAY: ":0" });
    const { pid } = (await first) as { pid: number };
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([7, null]);
    expect(isAlive(pid)).toBe(false);
  });

  it.each([
    ["ends at once", "exit 0", "it ended with 0"],
    ["is killed by the system", "kill -TRAP $$", "it ended by SIGTRAP"],
    [
      "lacks a library",
      "echo 'electron: error while loading shared libraries: libnss3.so: cannot open' >&2; exit 127",
      "the library libnss3.so is missing. Install the package that has it",
    ],
    [
      "may not make its sandbox",
      "echo 'FATAL: The SUID sandbox helper binary was found, but is not configured correctly.' >&2; exit 1",
      "sudo chmod 4755 '",
    ],
  ])(
    "a program that %s is told in one line, its words are kept, and Signalbox serves headless",
    async (_what, script, reason) => {
      electronIs(`#!/bin/sh\necho 'a stack of Chromium' >&2\n${script}`);
      const { child, first, errors } = start(["--demo", "--desktop"], { DISPLAY: ":0" });
      expect(await first).toMatchObject({ pid: child.pid, args: ["serve", "--demo"] });
      const log = join(root, "node_modules", ".cache", "signalbox", "electron.log");
      expect(errors().trim().split("\n")).toEqual([
        expect.stringMatching(/^Electron's program could not open a window here: /),
      ]);
      expect(errors()).toContain(reason);
      expect(errors()).toContain(log);
      expect(readFileSync(log, "utf8")).toContain("a stack of Chromium");
    },
  );

  it("an app that says itself why it ends is not started a second time without a window", async () => {
    electronIs(`#!/bin/sh\necho '{"event":"began"}\n{"event":"failed"}' >> "$SIGNALBOX_START_REPORT"\nexit 1`);
    const { child } = start([], { DISPLAY: ":0" });
    expect(await once(child, "exit")).toEqual([1, null]);
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

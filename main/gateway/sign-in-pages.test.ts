/** Proves on real processes that no argument list holds what signs a browser in, and that the file which does is private and goes. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cleanEnvironment } from "../../test/support/product.ts";
import { createSignInPages } from "./sign-in-pages.ts";

const CLI = join(import.meta.dirname, "../cli.ts");
const undo: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const step of undo.splice(0).reverse()) await step();
});
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "signalbox-sign-in-"));
  undo.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 20 }));
  return path;
}

/** Everything that any user of this machine may read of any process: its arguments. */
const allArguments = (): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    });

/** A file that holds text, as soon as it does. */
const written = (path: string) => expect.poll(() => (existsSync(path) ? readFileSync(path, "utf8").trim() : ""));

/**
 * `signalbox …` for a person at a display, whose opener and browser are programs that stay: the one notes its
 * argument and starts the other with it, as xdg-open does.
 */
function atDisplay(home: string, ...args: string[]): { child: ChildProcess; output: () => string; argument: string } {
  const bin = join(home, "..", "bin");
  const argument = join(home, "..", `argument-${args[0]}`);
  const pids = join(home, "..", "pids");
  mkdirSync(bin, { recursive: true });
  const program = (name: string, lines: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho $$ >> '${pids}'\n${lines}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program("xdg-open", `'${bin}/browser' "$@" & printf '%s\\n' "$*" > '${argument}'\nwait`);
  program("browser", "sleep 60 & wait");
  program("xdg-mime", "echo firefox.desktop");
  const env = cleanEnvironment({ DISPLAY: ":0", PATH: `${bin}${delimiter}${process.env.PATH}` });
  for (const name of ["CI", "SSH_CONNECTION", "SSH_TTY"]) delete env[name];
  const child = spawn(process.execPath, [CLI, ...args, "--home", home], { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout?.on("data", (data) => {
    said += String(data);
  });
  undo.push(() => {
    child.kill("SIGKILL");
    for (const pid of existsSync(pids) ? readFileSync(pids, "utf8").split("\n").filter(Boolean) : []) {
      try {
        process.kill(-Number(pid), "SIGKILL");
      } catch {
        // It leads no group, or has ended.
      }
    }
  });
  return { child, output: () => said, argument };
}

describe.runIf(process.platform === "linux")("A7: no argument list of any process holds a code or a token", () => {
  it("when `serve` opens a browser, and when `open` does; the file that does is private, and goes once it was used", async () => {
    const home = join(folder(), "home");
    const served = atDisplay(home, "serve", "--port", "0");
    undo.push(async () => {
      const stop = spawn(process.execPath, [CLI, "stop", "--force", "--home", home], { stdio: "ignore" });
      await new Promise((resolve) => stop.once("exit", resolve));
    });
    await written(served.argument).not.toBe("");
    await expect.poll(served.output).toContain("A browser opens");
    const link = /Sign in {3}(\S+)/.exec(served.output())?.[1] ?? "";
    const { origin } = new URL(link);
    const code = link.split("#pair=")[1] ?? "";
    expect(code).toMatch(/^[0-9a-f]{32}$/);

    const opened = atDisplay(home, "open", "signalbox://session/a");
    await written(opened.argument).not.toBe("");

    const files = [served, opened].map(({ argument }) => readFileSync(argument, "utf8").trim());
    const addresses = files.map((file) => {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
      return /url=([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
    });
    expect(addresses[0]).toBe(link);
    expect(addresses[1]).toMatch(new RegExp(`^${origin}/session/a#pair=[0-9a-f]{32}$`));
    const secrets = [
      ...addresses.map((address) => address.split("#pair=")[1] ?? ""),
      readFileSync(join(home, "token"), "utf8").trim(),
      readFileSync(join(home, "daemon.key"), "utf8").trim(),
    ];
    // The browsers run, and what they were given is in their arguments.
    const isGiven = (file: string) => allArguments().some((text) => text.includes(file) && text.includes("browser"));
    for (const file of files) await expect.poll(() => isGiven(file)).toBe(true);
    const seen = allArguments();
    for (const secret of secrets) expect(seen.filter((text) => text.includes(secret))).toEqual([]);
    expect(seen.filter((text) => text.includes("pair="))).toEqual([]);

    for (const secret of secrets.slice(0, 2)) {
      const paired = await fetch(`${origin}/pair`, { method: "POST", headers: { "x-pairing-code": secret } });
      expect(paired.status).toBe(200);
    }
    expect(files.map(existsSync)).toEqual([false, false]);
  }, 60_000);
});

it("a file goes after two minutes, at the end, and at the next start if it was left behind", () => {
  vi.useFakeTimers();
  const path = folder();
  const pages = createSignInPages(path);
  pages.write("http://127.0.0.1:1/#pair=a", "a", undefined);
  vi.advanceTimersByTime(119_000);
  pages.write("http://127.0.0.1:1/#pair=b", "b", undefined);
  expect(readdirSync(path)).toHaveLength(2);
  vi.advanceTimersByTime(1_000);
  expect(readdirSync(path)).toHaveLength(1);
  pages.dispose();
  expect(readdirSync(path)).toEqual([]);
  pages.write("http://127.0.0.1:1/#pair=c", "c", undefined);
  writeFileSync(join(path, "other.html"), "");
  createSignInPages(path);
  expect(readdirSync(path)).toEqual(["other.html"]);
});

it("an address cannot leave its place in the file", () => {
  const pages = createSignInPages(folder());
  undo.push(pages.dispose);
  const file = pages.write(`http://127.0.0.1:1/"><script>&`, "a", undefined);
  expect(readFileSync(file, "utf8")).not.toContain("<script>");
});

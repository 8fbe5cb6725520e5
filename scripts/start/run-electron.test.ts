/** A window that never comes is noticed in time, with real processes in Electron's place; one that comes is left alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../test/support/is-alive.ts";
import { runElectron } from "./run-electron.ts";
import { sandboxFacts } from "./sandbox-facts.ts";
import { whyNot } from "./why-not.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-run-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

function run(script: string, windowMs = 300) {
  const program = join(folder, "electron");
  writeFileSync(program, `#!/bin/sh\necho $$ > '${folder}/pid'\n${script}`, { mode: 0o755 });
  const log = join(folder, "logs", "electron.log");
  return runElectron({ program, args: [], env: process.env, log, windowMs, endMs: 200 });
}
const pid = () => Number(readFileSync(join(folder, "pid"), "utf8"));
const say = (event: string) => `echo '{"event":"${event}"}' >> "$SIGNALBOX_START_REPORT"\n`;

describe.skipIf(process.platform === "win32")("runElectron", () => {
  it("one that runs and shows nothing is ended, even when it does not want to, and that is said", async () => {
    expect(await run("trap '' TERM; while :; do sleep 0.05; done")).toEqual({
      served: false,
      reason: "it showed no window within 0 s",
    });
    await vi.waitFor(() => expect(isAlive(pid())).toBe(false));
  });

  it("the time for the window begins with the app's own code, so that a slow disk is no failure", async () => {
    const slow = `${say("began")}sleep 0.6\n${say("window")}sleep 0.1; exit 4`;
    expect(await run(`sleep 0.1\n${slow}`, 1_500)).toEqual({ served: true, code: 4 });
  });

  it.each(["window", "hidden", "handed-over", "failed"])("after “%s” it runs as long as it likes", async (event) => {
    expect(await run(`${say("began")}${say(event)}sleep 0.8; exit 5`)).toEqual({ served: true, code: 5 });
  });

  it.each([
    ["kill -SEGV $$", 1, "by SIGSEGV"],
    ["exit 139", 139, "with 139"],
    ["exit 1", 1, undefined],
  ])("a crash after the window (%s) is told for what it is, and no window is missed", async (end, code, crash) => {
    const outcome = await run(`${say("began")}${say("window")}${end}`);
    expect(outcome).toEqual({ served: true, code, ...(crash !== undefined && { crash }) });
  });

  it("a program that cannot be run at all is a reason, and its log closed to others", async () => {
    const program = join(folder, "electron");
    writeFileSync(program, "\x7fELF", { mode: 0o755 });
    const log = join(folder, "electron.log");
    const outcome = await runElectron({ program, args: [], env: process.env, log, windowMs: 300 });
    expect(outcome).toMatchObject({ served: false });
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it("a flood of words fills neither the disk nor the memory, and a log that cannot be written stops nothing", async () => {
    const outcome = await run("head -c 3000000 /dev/zero >&2; exit 1", 60_000);
    expect(outcome).toEqual({ served: false, reason: "it ended with 1" });
    expect(statSync(join(folder, "logs", "electron.log")).size).toBe(1024 * 1024);
    const program = join(folder, "electron");
    writeFileSync(join(folder, "file"), "");
    const log = join(folder, "file", "electron.log");
    expect(await runElectron({ program, args: [], env: process.env, log, windowMs: 300 })).toMatchObject({
      served: false,
    });
    expect(existsSync(log)).toBe(false);
  });
});

it.each([
  [
    "[1:FATAL:zygote_host_impl_linux.cc] No usable sandbox! If you are running on Ubuntu 23.10+",
    /sudo chown root: '\/e\/chrome-sandbox' && sudo chmod 4755/,
  ],
  [
    "electron: error while loading shared libraries: libasound.so.2: cannot open shared object",
    /libasound\.so\.2 is missing/,
  ],
  [
    "electron: /lib/libc.so.6: version `GLIBC_2.34' not found (required by electron)",
    /too old for it \(it needs GLIBC_2\.34\)/,
  ],
  ["[ERROR:ozone_platform_x11.cc(250)] Missing X server or $DISPLAY", /could not reach the display/],
  ["[ERROR:wayland_connection.cc] Failed to connect to Wayland display", /could not reach the display/],
  ["electron: cannot execute binary file: Exec format error", /another kind of machine/],
  ["", /it ended by SIGSEGV/],
])("%j", (printed, reason) => {
  expect(whyNot(printed, { code: null, signal: "SIGSEGV" }, "/e/chrome-sandbox", 15_000)).toMatch(reason);
});

it.each([
  ["apparmor_restrict_unprivileged_userns", "1", true],
  ["apparmor_restrict_unprivileged_userns", "0", false],
  ["unprivileged_userns_clone", "0", true],
  ["unprivileged_userns_clone", "1", false],
  ["max_user_namespaces", "0", true],
  ["max_user_namespaces", "63000", false],
])("%s = %s: namespaces restricted %s", (name, value, restricted) => {
  const read = (path: string) => (path.endsWith(`/${name}`) ? value : undefined);
  expect(sandboxFacts(join(folder, "electron"), "linux", read)).toMatchObject({ restricted, helperReady: false });
  expect(sandboxFacts(join(folder, "electron"), "darwin", read)).toBeUndefined();
});

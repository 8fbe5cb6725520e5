/**
 * Proves, from the system calls themselves, that what is acknowledged as kept is on the disk first: written, synced, then
 * answered. Needs strace; a power cut cannot be tried in a test, the order that outlives it can be seen.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it, vi } from "vitest";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";
import { isAlive } from "../support/is-alive.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
const NO_STRACE = "strace is not installed here, or may not trace (Debian: apt-get install strace)";
const CALLS = "trace=write,writev,pwrite64,sendto,fsync,fdatasync,rename,renameat,renameat2";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-durable-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** Starts Node under strace: one file of calls a thread, `<folder>/trace.<id>`, with the path of each descriptor. */
function traced(folder: string, ...args: string[]): ChildProcess {
  const options = ["-ff", "--seccomp-bpf", "-y", "-s", "80", "-e", CALLS, "-o", join(folder, "trace")];
  return spawn("strace", [...options, process.execPath, ...args], { stdio: ["ignore", "pipe", "ignore"] });
}

/** The calls of the thread that made such a one, in their order. */
function callsOf(folder: string, made: RegExp): string[] {
  for (const id of threads(folder)) {
    const calls = readFileSync(join(folder, `trace.${id}`), "utf8").split("\n");
    if (calls.some((call) => made.test(call))) return calls;
  }
  throw new Error(`no thread made a call like ${made}`);
}

const threads = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => Number(/^trace\.(\d+)$/.exec(name)?.[1] ?? Number.NaN) || []);

/** Throws unless all of them are found in `calls`, each behind the one before. */
function expectInOrder(calls: readonly string[], steps: readonly [name: string, call: RegExp][], what: string): void {
  let at = 0;
  for (const [name, call] of steps) {
    const found = calls.slice(at).findIndex((line) => call.test(line));
    expect(found, `${what}: no ${name} after what must come before it in\n${calls.join("\n")}`).toBeGreaterThanOrEqual(
      0,
    );
    at += found + 1;
  }
}

it("P14: pairing, changes of devices, the owner's token, settings and servers are written and synced before they are answered", async ({
  skip,
}) => {
  if (!canTrace) return skip(NO_STRACE);
  const folder = newFolder();
  const home = join(folder, "home");
  const daemon = await startScriptedDaemon();
  undo.push(daemon.end);
  const discovery = join(folder, "foreign.json");
  daemon.announce(discovery);
  const cli = join(import.meta.dirname, "../../main/cli.ts");
  const args = ["serve", "--home", home, "--port", "0", "--no-open", "--json", "--discovery", discovery];
  const child = traced(folder, cli, ...args);
  if (child.stdout === null) throw new Error("no output");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const gateway = JSON.parse(String(line)) as { url: string; token: string; pid: number };
  undo.push(() => {
    if (child.exitCode === null) process.kill(gateway.pid, "SIGKILL");
  });
  let { token } = gateway;
  const ask = async (method: string, path: string, body?: object, extra: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...extra };
    const answer = await fetch(gateway.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}`).toBe(true);
    return (await answer.json()) as Record<string, string>;
  };
  /** Files that each acknowledged request replaced; undefined where it promises nothing lasting. */
  const replaced: (string | undefined)[] = [undefined];
  const { link_code = "" } = await ask("POST", "/api/v1/pairing", {});
  replaced.push("devices.json");
  await ask("POST", "/pair", undefined, { "x-pairing-code": link_code });
  replaced.push(undefined);
  const listed = (await ask("GET", "/api/v1/devices")) as unknown as { devices: { id: string }[] };
  const device = `/api/v1/devices/${listed.devices[0]?.id}`;
  for (const [method, path, body, file] of [
    ["PATCH", device, { name: "Phone" }, "devices.json"],
    ["PATCH", device, { scope: "read-only" }, "devices.json"],
    ["DELETE", device, undefined, "devices.json"],
    ["PUT", "/api/v1/history-limits", { days: 3, megabytes: 30 }, "settings.json"],
    ["PUT", "/api/v1/servers", { mcpServers: {} }, "servers.json"],
    ["POST", "/api/v1/token/rotate", {}, "token"],
  ] as const) {
    replaced.push(file);
    token = (await ask(method, path, body)).token ?? token;
  }
  const exit = once(child, "exit");
  process.kill(gateway.pid, "SIGTERM");
  // A gateway that found no daemon in time, because this machine is busy, has started one, which is traced too.
  const own = join(home, "mcp.json");
  await vi.waitFor(() => expect(isAlive(gateway.pid)).toBe(false));
  if (existsSync(own)) process.kill((JSON.parse(readFileSync(own, "utf8")) as { pid: number }).pid, "SIGKILL");
  await exit;

  const answered = /^(write|writev|sendto)\(.*HTTP\/1\.1 20/;
  const calls = callsOf(folder, answered);
  const answers = calls.flatMap((call, at) => (answered.test(call) ? [at] : []));
  expect(answers).toHaveLength(replaced.length);
  for (const [i, file] of replaced.entries()) {
    if (file === undefined) continue;
    const upTo = calls.slice((answers[i - 1] ?? -1) + 1, (answers[i] ?? 0) + 1);
    expectInOrder(
      upTo,
      [
        ["write", /^write\(\d+<.*\.tmp>/],
        ["sync of the file", /^f(data)?sync\(\d+<.*\.tmp>\) += 0/],
        ["rename", new RegExp(`^rename.*/${file.replace(".", "\\.")}"\\) += 0`)],
        ["sync of the folder", /^fsync\(\d+<.*\/home>\) += 0/],
        ["answer", /HTTP\/1\.1 20/],
      ],
      file,
    );
  }
});

it("P14: a write that the outbox keeps is written and synced before anybody hears that it is queued", async ({
  skip,
}) => {
  if (!canTrace) return skip(NO_STRACE);
  const folder = newFolder();
  const writer = join(import.meta.dirname, "../fixtures/outbox/writer.ts");
  const child = traced(folder, writer, join(folder, "outbox.db"), "http://127.0.0.1:9/mcp", "run", "write");
  if (child.stdout === null) throw new Error("no output");
  // The tracer writes a call down after it was made: of the one that is acknowledged last it may not have done so yet.
  let acknowledged = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    acknowledged += 1;
    if (acknowledged === 22) break;
  }
  child.kill("SIGKILL");
  for (const thread of threads(folder)) {
    try {
      process.kill(thread, "SIGKILL");
    } catch {
      // It went with its tracer.
    }
  }
  const tells = /^write\(1<.*"run-\d+\\n"/;
  const calls = callsOf(folder, tells);
  const told = calls.flatMap((call, at) => (tells.test(call) ? [at] : []));
  expect(told.length).toBeGreaterThanOrEqual(20);
  for (const [i, at] of told.slice(0, 20).entries()) {
    const before = calls.slice((told[i - 1] ?? -1) + 1, at);
    const written = before.findLastIndex((call) => /^(pwrite64|write)\(\d+<.*outbox\.db-wal>/.test(call));
    const synced = before.findLastIndex((call) => /^f(data)?sync\(\d+<.*outbox\.db-wal>\) += 0/.test(call));
    expect(written, "nothing was written before the answer").toBeGreaterThanOrEqual(0);
    expect(synced, `not synced before the answer:\n${before.join("\n")}`).toBeGreaterThan(written);
  }
});

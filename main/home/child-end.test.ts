/** Proves that nothing waits for what a program left in the background, nor for one that never answers. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { askProgram, childEnded } from "./child-end.ts";

/** A process that nobody has waited for yet is a zombie, not running. */
const running = (pid: number) =>
  spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
    .stdout.trim()
    .match(/^[^Z]/) !== null;
const env = { PATH: process.env.PATH };
/** Far above what the answer takes; a wait for the background job would be longer still. */
const PATIENT_MS = 60_000;
const ask = (script: string, more: Partial<Parameters<typeof askProgram>[2]> = {}) =>
  askProgram("/bin/sh", ["-c", script], { env, limitMs: PATIENT_MS, maxBytes: 1024 * 1024, ...more });

it("a background job that holds the output is not waited for, and is left alone", async () => {
  const answer = await ask("sleep 300 & echo $!; echo said");
  expect(answer).toMatchObject({ text: expect.stringContaining("said"), end: { code: 0 } });
  const job = Number.parseInt(answer?.text ?? "", 10);
  expect(running(job)).toBe(true);
  process.kill(job, "SIGKILL");
});

it("what was wanted is enough: the program need not end", async () => {
  const answer = await ask("echo $$; echo done; exec sleep 300", { enough: (text) => text.includes("done") });
  expect(answer?.end).toBeUndefined();
  process.kill(Number.parseInt(answer?.text ?? "", 10), "SIGKILL");
});

it("one that never answers is ended with all that it started, and answered for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-child-"));
  const file = join(folder, "pids");
  expect(await ask(`sleep 300 & echo $! $$ > '${file}'; sleep 300`, { limitMs: 1_000 })).toBeUndefined();
  const pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
  expect(pids).toHaveLength(2);
  await vi.waitFor(() => expect(pids.filter(running)).toEqual([]));
});

it("one that floods, cannot be started or fails says so, and gets what it is to read", async () => {
  expect(await ask("yes", { maxBytes: 10_000 })).toBeUndefined();
  expect(await askProgram("/no/such/program", [], { env, limitMs: PATIENT_MS, maxBytes: 10 })).toBeUndefined();
  expect(await askProgram("a\0b", [], { env, limitMs: PATIENT_MS, maxBytes: 10 })).toBeUndefined();
  expect(await ask("cat; exit 3", { input: "typed" })).toEqual({ text: "typed", end: { code: 3, signal: null } });
});

it("the end of a child comes with all of its output, and with its signal", async () => {
  const child = spawn("/bin/sh", ["-c", "head -c 300000 /dev/zero; kill -9 $$"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let length = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
  });
  expect(await childEnded(child)).toEqual({ code: null, signal: "SIGKILL" });
  await vi.waitFor(() => expect(length).toBe(300_000));
});

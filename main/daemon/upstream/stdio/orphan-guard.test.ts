/** Proves that the guard ends what is held when its owner goes, and nothing that was released. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { createOrphanGuard } from "./orphan-guard.ts";

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** A process group that only SIGKILL ends. */
async function stubborn(): Promise<ChildProcess & { pid: number }> {
  const script = "trap '' TERM HUP; echo ready; while :; do sleep 60; done";
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  running.push(child);
  await once(child.stdout, "data");
  if (child.pid === undefined) throw new Error("no process");
  return Object.assign(child, { pid: child.pid });
}

it.skipIf(process.platform === "win32")("ends what is held, and leaves what was released", async () => {
  const guard = createOrphanGuard();
  const [first, second, released] = [await stubborn(), await stubborn(), await stubborn()];
  for (const { pid } of [first, released, second]) guard.hold(pid);
  guard.release(released.pid);
  const ends = [first, second].map((child) => once(child, "exit"));
  await guard.dispose();
  expect((await Promise.all(ends)).map(([, signal]) => signal)).toEqual(["SIGKILL", "SIGKILL"]);
  expect(released.exitCode ?? released.signalCode).toBeNull();
});

it.skipIf(process.platform === "win32")("leaves at once where nothing is held", async () => {
  const guard = createOrphanGuard();
  const child = await stubborn();
  guard.hold(child.pid);
  guard.release(child.pid);
  await guard.dispose();
  expect(child.exitCode ?? child.signalCode).toBeNull();
});

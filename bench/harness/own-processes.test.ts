import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, vi } from "vitest";
import { z } from "../../shared/protocol/schema.ts";
import { parse } from "./program.ts";

const PROGRAM = join(import.meta.dirname, "..", "programs", "interrupted-run.ts");
const told = z.object({ pid: z.number(), folder: z.string() });

async function startRun(): Promise<{ run: ChildProcess; pid: number; folder: string }> {
  const run = spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: run.stdout }), "line");
  return { run, ...parse(told, String(line)) };
}

function commandLines(): string[] {
  const read = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(read);
}

const naming = (text: string) => commandLines().filter((line) => line.includes(text));

it.runIf(process.platform === "linux").each(["SIGTERM", "SIGKILL"] as const)(
  "a run that %s ends leaves neither a process nor a folder behind, not even a daemon that left its group",
  async (signal) => {
    const { run, pid, folder } = await startRun();
    // One that it is just starting has its arguments too, for a moment.
    expect(naming(folder)).not.toEqual([]);
    run.kill(signal);
    await once(run, "exit");
    await vi.waitFor(() => {
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(naming(folder)).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    });
  },
);

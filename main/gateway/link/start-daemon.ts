/** Owns starting Signalbox's own daemon: detached, so that it outlives the gateway, with its complaints kept in a log. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { lastingSelfCommand } from "../../home/self-command.ts";

export interface StartedDaemon {
  /** Resolves when the process has ended, with what to tell a person. */
  ended: Promise<string>;
}

/** Starts it and returns at once: it has come up when its discovery file names one that proves itself. Fault: `daemon-start-failed`. */
export async function startDaemon(home: HomeFolder): Promise<Result<StartedDaemon>> {
  const self = lastingSelfCommand(["daemon", "--home", home.path]);
  mkdirSync(home.logs, { recursive: true, mode: 0o700 });
  const file = join(home.logs, "daemon-output.log");
  const output = openSync(file, "w", 0o600);
  try {
    const child = spawn(self.command, self.args, {
      detached: true,
      stdio: ["ignore", output, output],
      // Its own folder is the root of what it starts without one; the gateway's may vanish under it.
      cwd: home.path,
      env: { ...process.env, ...self.env },
    });
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(`it ended at once (${signal ?? `exit code ${code}`}); see ${file}`));
      child.once("error", (error) => resolve(error.message));
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return ok({ ended });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed("daemon-start-failed", `The built-in daemon could not be started: ${reason}.`);
  } finally {
    closeSync(output);
  }
}

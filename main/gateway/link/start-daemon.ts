/** Starts Signalbox's own daemon: detached, so that it outlives the gateway, with its complaints kept in a log. */

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { oneLine } from "../../../shared/text/visible.ts";
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
  // A new one: what stands there may be a link to another file.
  rmSync(file, { force: true });
  const output = openSync(file, "wx", 0o600);
  try {
    const child = spawn(self.command, self.args, {
      detached: true,
      stdio: ["ignore", output, output],
      // Its own folder is the root of what it starts without one; the gateway's may vanish under it.
      cwd: home.path,
      env: { ...process.env, ...self.env },
    });
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => {
        const said = lastWords(file);
        const how = `it ended at once (${signal ?? `exit code ${code}`}); see ${file}`;
        resolve(said === undefined ? how : `${said} (${how})`);
      });
      child.once("error", (error) => resolve(error.message));
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return ok({ ended });
  } catch (error) {
    const reason = reasonOf(error);
    return failed("daemon-start-failed", `The built-in daemon could not be started: ${reason}.`);
  } finally {
    closeSync(output);
  }
}

/** What it said of itself in its last line, such as a file that it cannot use. */
function lastWords(file: string): string | undefined {
  try {
    const line = readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
    return line.startsWith(COMPLAINT) ? oneLine(line.slice(COMPLAINT.length), 500) : undefined;
  } catch {
    return undefined;
  }
}
const COMPLAINT = "signalbox daemon: ";

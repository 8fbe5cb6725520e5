/** Waits for a child process to end, also when something that it left behind still holds its pipes. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterRunning } from "./running-time.ts";

/** What the child itself printed has been read within so long after its exit; `close` may never come. */
const SETTLE_MS = 200;

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It could not be started. */
  error?: Error;
}

/**
 * Resolves once the child has ended and its output was read. A background job that has inherited its pipes keeps Node from
 * emitting `close`; the exit is enough then, 200 ms later. Never rejects.
 */
export function childEnded(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("exit", (code, signal) => setTimeout(() => resolve({ code, signal }), SETTLE_MS));
  });
}

export interface Question {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** The name that it finds itself called by, where that is not its command. */
  argv0?: string;
  /** What it reads from its standard input, which is empty otherwise. No secret. */
  input?: string;
  /** In milliseconds that this process ran. */
  limitMs: number;
  /** A program that prints more is not listened to any longer. */
  maxBytes: number;
  /** Whether what it printed so far is all that is wanted. */
  enough?(output: string): boolean;
}

export interface Answer {
  text: string;
  /** How it ended; absent when what it had printed was enough before. */
  end?: ChildEnd;
}

/**
 * What a program prints to standard output: as soon as that is enough, or when it has ended. Undefined when it could not be
 * started, printed too much, or had neither answered nor ended within the limit; whatever runs of it is ended then. It has a process
 * group of its own and no terminal, so an interactive shell neither takes ours nor is stopped for wanting it. What it
 * leaves in the background lives on without our pipe.
 */
export function askProgram(command: string, args: readonly string[], question: Question): Promise<Answer | undefined> {
  const { env, cwd, argv0, input, limitMs, maxBytes, enough } = question;
  return new Promise((resolve) => {
    const detached = process.platform !== "win32";
    const start = (): ChildProcess => {
      const stdin = input === undefined ? "ignore" : openText(input);
      try {
        return spawn(command, args, { env, cwd, argv0, detached, windowsHide: true, stdio: [stdin, "pipe", "ignore"] });
      } finally {
        if (stdin !== "ignore") closeSync(stdin);
      }
    };
    let child: ChildProcess;
    try {
      child = start();
    } catch {
      // An argument or a folder that no process can have, or no room for what it is to read.
      resolve(undefined);
      return;
    }
    const { stdout } = child;
    if (stdout === null) throw new Error("a child without a pipe");
    const output: Buffer[] = [];
    let length = 0;
    const text = () => Buffer.concat(output).toString("utf8");

    const answer = (value: Answer | undefined, kill: boolean): void => {
      clearInterval(late);
      stdout.destroy();
      if (kill) endGroup(child);
      child.unref();
      resolve(value);
    };
    const late = afterRunning(limitMs, () => answer(undefined, true));
    stdout.on("data", (chunk: Buffer) => {
      output.push(chunk);
      length += chunk.length;
      if (length > maxBytes) answer(undefined, true);
      // Not killed: it has the rest of its profile to do, such as what it does at its end.
      else if (enough?.(text()) === true) answer({ text: text() }, false);
    });
    void childEnded(child).then((end) => answer(end.error === undefined ? { text: text(), end } : undefined, false));
  });
}

/** A file without a name: Node's pipes are sockets, and some shells (fish) read no script from a socket. */
function openText(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-"));
  try {
    const path = join(folder, "input");
    writeFileSync(path, text, { mode: 0o600 });
    return openSync(path, "r");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** One program on a Windows pseudo console, which has no descriptor and no signals: node-pty's own streams, with the same bounds. */
import { type IWindowsPtyForkOptions, spawn } from "@lydell/node-pty";
import { windowsCommand } from "../../../agents/windows-command.ts";
import { holdClose } from "./hold-close.ts";
import type { Pty, PtyExit, PtyOptions, PtySignal } from "./pty.ts";
import { type WindowsTerminal, windowsInsides } from "./windows-insides.ts";
import { endWindowsTree } from "./windows-tree.ts";

/** What of the system it needs; a test gives its own. */
export interface WindowsSystem {
  spawn(file: string, args: string[] | string, options: IWindowsPtyForkOptions): WindowsTerminal;
  /** Ends a process and its descendants. */
  endTree(pid: number): Promise<void>;
}

const SYSTEM: WindowsSystem = {
  // node-pty types the exit code as always there; it is not when the stream closes before the program has ended.
  spawn: (file, args, options) => spawn(file, args, options),
  endTree: endWindowsTree,
};

/** node-pty gives up a console that does not come after 5 s; nothing is known of the process before. */
const BEGIN_MS = 6_000;
/** Once everything has been ended, the stream closes within the 1 s for which node-pty waits for more output. */
const CLOSE_MS = 2_000;
/** STATUS_CONTROL_C_EXIT: how Windows reports a program that Ctrl+C ended, as an unsigned or a signed number. */
const CONTROL_C_EXIT = new Set([0xc000013a, 0xc000013a - 2 ** 32]);
/** What a console makes of Ctrl+C: an interrupt of its foreground, when the program has not asked for the key itself. */
const CONTROL_C = Buffer.from("\x03");

/**
 * Starts the program. Throws when the pseudo console cannot be made. A program that cannot be run ends at once with the system's error
 * number as its exit code: Windows says so only after the console is there.
 */
export function openWindowsPty(options: PtyOptions, system: WindowsSystem = SYSTEM): Pty {
  const { file, args } = windowsCommand(options.command, options.args, options.env);
  const { cwd, env, cols, rows } = options;
  const terminal = system.spawn(file, args, { cwd, env, cols, rows, name: env.TERM ?? "xterm-256color" });
  const inside = windowsInsides(terminal);
  const begun = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  let ready = false;
  let exit: PtyExit | undefined;
  let discarding = false;
  let paused = false;
  let wanted: { cols: number; rows: number } | undefined;
  let asked: PtySignal | undefined;
  /** Written before the console was ready. */
  let early: Buffer[] = [];
  let earlyBytes = 0;
  const hold = holdClose(inside.output, { ended: () => inside.exitCode() !== undefined, onClosing: () => {} });

  // Without listeners of ours, a pipe that breaks would end the daemon.
  inside.output.on("error", () => {});
  inside.input.on("error", () => {});
  inside.input.on("drain", options.onDrain);
  terminal.onData((text) => {
    hold.read();
    // node-pty is ready only after all listeners of its first output have been called.
    if (!ready) queueMicrotask(begin);
    if (!discarding && text !== "") options.onData(Buffer.from(text));
  });
  terminal.onExit(({ exitCode }) => {
    if (exit !== undefined) return;
    exit = exitOf(inside.exitCode() ?? exitCode, asked);
    // Gives back the thread that read the console, which node-pty keeps otherwise.
    attempt(() => terminal.kill());
    options.onExit(exit);
    begun.resolve();
    exited.resolve();
  });

  function begin(): void {
    if (ready) return;
    ready = true;
    begun.resolve();
    if (wanted !== undefined) resize(wanted.cols, wanted.rows);
    const waiting = early;
    early = [];
    earlyBytes = 0;
    for (const bytes of waiting) send(bytes);
    if (waiting.length > 0 && !inside.input.writableNeedDrain) options.onDrain();
  }

  function send(bytes: Buffer): void {
    if (inside.input.writable) attempt(() => terminal.write(bytes));
  }

  function resize(to: number, high: number): void {
    if (exit !== undefined || inside.exitCode() !== undefined) return;
    if (ready) attempt(() => terminal.resize(to, high));
    else wanted = { cols: to, rows: high };
  }

  return {
    get pid() {
      return terminal.pid;
    },
    get queued() {
      return exit === undefined ? earlyBytes + inside.input.writableLength : 0;
    },
    write(bytes) {
      if (exit !== undefined || discarding || bytes.length === 0) return;
      const copy = Buffer.from(bytes);
      if (ready) {
        send(copy);
        if (!inside.input.writableNeedDrain) options.onDrain();
        return;
      }
      early.push(copy);
      earlyBytes += copy.length;
    },
    resize,
    pause() {
      if (paused || discarding) return;
      paused = true;
      terminal.pause();
      hold.paused(true);
    },
    resume() {
      if (!paused) return;
      paused = false;
      terminal.resume();
      hold.paused(false);
    },
    discard() {
      // Read on and forget: closing a console that nobody reads waits for ever on Windows before 11 24H2.
      discarding = true;
      if (paused) terminal.resume();
      paused = false;
      hold.paused(false);
    },
    signal(signal) {
      if (exit !== undefined) return;
      if (signal === "SIGINT") {
        send(CONTROL_C);
        return;
      }
      asked = signal;
      void within(begun.promise, BEGIN_MS).then(async () => {
        if (exit === undefined && terminal.pid > 0) await system.endTree(terminal.pid);
      });
    },
    async end() {
      if (exit !== undefined) return;
      asked = "SIGKILL";
      await within(begun.promise, BEGIN_MS);
      if (terminal.pid > 0) await system.endTree(terminal.pid);
      attempt(() => terminal.kill());
      await within(exited.promise, CLOSE_MS);
      hold.now();
    },
  };
}

/** Ended by us counts as the signal that was asked for: Windows knows exit codes only, and gives such a program a 1. */
function exitOf(code: number | undefined, asked: PtySignal | undefined): PtyExit {
  if (asked !== undefined && (code === undefined || code === 1)) return { code: null, signal: asked };
  if (code === undefined) return { code: null, signal: "SIGKILL" };
  return CONTROL_C_EXIT.has(code) ? { code: null, signal: "SIGINT" } : { code, signal: null };
}

/** Each call of node-pty throws when the console has just gone; its exit follows and says so. */
function attempt(call: () => void): void {
  try {
    call();
  } catch {}
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

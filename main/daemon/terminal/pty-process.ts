/** Owns one program on a pseudoterminal: its bytes in both directions, and that its last byte comes before its exit. */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import { spawn } from "@lydell/node-pty";
import { processAlive } from "./process-session.ts";
import { createPtyInput } from "./pty-input.ts";
import { holdMaster, releaseMaster } from "./seal-descriptors.ts";

export interface PtyExit {
  /** Exactly one of the two is not null. */
  code: number | null;
  signal: string | null;
}

export interface PtyOptions {
  /** Absolute path. */
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  cols: number;
  rows: number;
  /** Nobody writes into the bytes any more: whoever wants them keeps them, and changes only a copy. */
  onData(bytes: Buffer): void;
  /** After the last `onData`. */
  onExit(exit: PtyExit): void;
  /** The program has taken all that was written. */
  onDrain(): void;
}

export interface PtyProcess {
  readonly pid: number;
  /** Bytes written and not yet taken by the program. */
  readonly queued: number;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** Reads no more: the exit follows without the rest of the output. */
  discard(): void;
}

/** Between looks whether a program that has closed its terminal has also ended: soon, then less often. */
const ENDED_MS = 1;
const ENDED_MAX_MS = 50;
/** How long a dead program's terminal must be quiet, when something it left behind still holds it open. */
const QUIET_MS = 50;
/** Until then at most. */
const LINGER_MS = 1_000;
/** A read this long was cut by the system, so there may be more. */
const FULL_READ_BYTES = 4_000;
/**
 * At most this much at once, so that no program keeps the others from their turn, and that several reads fit into a viewer's
 * window: one that fills it makes reading, sending and drawing wait for each other. Larger than what Node reads.
 */
const BULK_BYTES = 32 * 1024;

/** Starts the program. Throws what node-pty throws when the system refuses (no descriptor, no process). */
export function openPty(options: PtyOptions): PtyProcess {
  const pty = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    cols: options.cols,
    rows: options.rows,
    name: options.env.TERM ?? "xterm-256color",
    encoding: null,
  });
  const socket = innerSocket(pty);
  const fd = descriptor(pty);
  holdMaster(fd);
  let open = true;
  let paused = false;
  let ending: { error: Error | undefined; since: number } | undefined;
  let lastData = 0;
  let timer: NodeJS.Timeout | undefined;
  let endedMs = ENDED_MS;
  const input = createPtyInput(fd, options.onDrain, () => close());

  // node-pty closes the terminal 200 ms after the program's death, and Node closes it on EIO, each whether or not
  // everything has been read. A paused reader would lose its last output, so the close waits until it has it.
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => {
    ending ??= { error, since: Date.now() };
    if (error !== undefined) ending.error = error;
    settle();
    return socket;
  };
  function settle(): void {
    clearTimeout(timer);
    if (ending === undefined || !open || paused) return;
    if (socket.readableLength > 0) {
      timer = setTimeout(settle, 1);
      return;
    }
    const now = Date.now();
    // No error and no end of file: a child of the program still has the terminal. Wait for what is in the buffer.
    const held = ending.error === undefined && !socket.readableEnded;
    // Many a program closes its terminal as its last act. Closed here before it has ended, it would end by SIGHUP instead.
    if (!held && processAlive(pty.pid)) {
      timer = setTimeout(settle, endedMs);
      endedMs = Math.min(endedMs * 2, ENDED_MAX_MS);
      return;
    }
    if (held && now - lastData < QUIET_MS && now - ending.since < LINGER_MS) {
      timer = setTimeout(settle, QUIET_MS);
      return;
    }
    close();
  }
  function close(): void {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    input.close();
    releaseMaster(fd);
    destroy(ending?.error);
  }

  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    lastData = Date.now();
    // What the stream still holds comes first; then what the terminal holds.
    const more = bytes.length >= FULL_READ_BYTES && socket.readableLength === 0;
    options.onData(more ? readMore(fd, bytes) : bytes);
  });
  pty.onExit(({ exitCode, signal }) => {
    open = false;
    options.onExit(signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null });
  });

  return {
    pid: pty.pid,
    get queued() {
      return input.queued;
    },
    write(bytes) {
      if (open) input.write(bytes);
    },
    resize(cols, rows) {
      if (open && ending === undefined) pty.resize(cols, rows);
    },
    pause() {
      if (paused) return;
      paused = true;
      socket.pause();
    },
    resume() {
      if (!paused) return;
      paused = false;
      socket.resume();
      settle();
    },
    discard() {
      paused = false;
      close();
    },
  };
}

/**
 * What was read and what else is there. Node returns to its event loop after each read of a terminal, of at most 4 KB; four
 * times as much time goes into that as into the reading.
 */
function readMore(fd: number, first: Buffer): Buffer {
  const bulk = Buffer.allocUnsafeSlow(BULK_BYTES);
  first.copy(bulk);
  let length = first.length;
  try {
    while (length < bulk.length) {
      const count = readSync(fd, bulk, length, bulk.length - length, null);
      if (count === 0) break;
      length += count;
    }
  } catch {
    // EAGAIN: there is no more now. Any other error is seen by the stream at its next read.
  }
  // Little of it would hold much memory for as long as anybody keeps it.
  return length < BULK_BYTES / 4 ? Buffer.from(bulk.subarray(0, length)) : bulk.subarray(0, length);
}

/** node-pty's stream, typed by Node: its own events turn bytes into strings in their types, and its pause loses the end. */
function innerSocket(pty: object): Socket {
  const socket: unknown = Reflect.get(pty, "_socket");
  if (socket instanceof Socket) return socket;
  throw new Error("node-pty no longer has the stream that terminals read from");
}

function descriptor(pty: object): number {
  const fd: unknown = Reflect.get(pty, "fd");
  if (typeof fd === "number" && fd > 2) return fd;
  throw new Error("node-pty no longer tells its descriptor");
}

function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return `SIG${number}`;
}

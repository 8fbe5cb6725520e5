/** One program on a Unix pseudoterminal: its bytes in both directions through the descriptor, and its last byte before its exit. */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import { spawn } from "@lydell/node-pty";
import { endProgram, GRACE_MS } from "./end-program.ts";
import { holdClose } from "./hold-close.ts";
import { processAlive, signalForeground, signalSession } from "./process-session.ts";
import type { Pty, PtyOptions } from "./pty.ts";
import { createPtyInput } from "./pty-input.ts";
import { holdMaster, releaseMaster } from "./seal-descriptors.ts";

/** A read this long was cut by the system, so there may be more. */
const FULL_READ_BYTES = 4_000;
/**
 * At most this much at once, so that no program keeps the others from their turn, and that several reads fit into a viewer's
 * window: one that fills it makes reading, sending and drawing wait for each other. Larger than what Node reads.
 */
const BULK_BYTES = 32 * 1024;

/** Starts the program. Throws what node-pty throws when the system refuses (no descriptor, no process). */
export function openUnixPty(options: PtyOptions): Pty {
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
  let exited = false;
  let deadline = Number.POSITIVE_INFINITY;
  let ending: Promise<void> | undefined;
  let paused = false;
  const hold = holdClose(socket, {
    ended: () => !processAlive(pty.pid),
    onClosing() {
      open = false;
      input.close();
      releaseMaster(fd);
    },
  });
  const input = createPtyInput(fd, options.onDrain, hold.now);

  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    hold.read();
    // What the stream still holds comes first; then what the terminal holds.
    const more = bytes.length >= FULL_READ_BYTES && socket.readableLength === 0;
    options.onData(more ? readMore(fd, bytes) : bytes);
  });
  pty.onExit(({ exitCode, signal }) => {
    open = false;
    exited = true;
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
      if (open && !hold.begun) pty.resize(cols, rows);
    },
    pause() {
      if (paused) return;
      paused = true;
      socket.pause();
      hold.paused(true);
    },
    resume() {
      if (!paused) return;
      paused = false;
      socket.resume();
      hold.paused(false);
    },
    discard() {
      paused = false;
      hold.now();
    },
    signal(signal) {
      if (signal === "SIGINT") signalForeground(pty.pid, signal);
      else signalSession(pty.pid, signal);
    },
    end(graceMs = GRACE_MS) {
      deadline = Math.min(deadline, performance.now() + graceMs);
      ending ??= endProgram(pty.pid, exited, () => deadline);
      return ending;
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

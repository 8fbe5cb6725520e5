/** A terminal's stream stays open until everything that the program printed has been read, whoever wants to close it before. */
import type { Duplex } from "node:stream";

export interface HeldClose {
  /** Somebody wants to close the stream. */
  readonly begun: boolean;
  /** Output came. */
  read(): void;
  /** While it is paused, what the stream still has is waited for. */
  paused(yes: boolean): void;
  /** Closes it, whatever it still has. */
  now(): void;
}

export interface HoldOptions {
  /** Whether the program itself has ended. */
  ended(): boolean;
  /** The stream is just about to be closed. */
  onClosing(): void;
}

/** Between looks whether a program that has closed its terminal has also ended: soon, then less often. */
const ENDED_MS = 1;
const ENDED_MAX_MS = 50;
/** How long a dead program's terminal must be quiet, when something it left behind still holds it open. */
const QUIET_MS = 50;
/** Until then at most. */
const LINGER_MS = 1_000;

/**
 * Takes over the stream's `destroy`. node-pty calls it some time after the program's death (200 ms on Unix, 1 s on Windows), and Node
 * on an error, each whether or not everything has been read: a paused reader would lose its last output.
 */
export function holdClose(stream: Duplex, options: HoldOptions): HeldClose {
  let open = true;
  let paused = false;
  let ending: { error: Error | undefined; since: number } | undefined;
  let lastData = 0;
  let timer: NodeJS.Timeout | undefined;
  let endedMs = ENDED_MS;

  const destroy = stream.destroy.bind(stream);
  stream.destroy = (error?: Error) => {
    ending ??= { error, since: Date.now() };
    if (error !== undefined) ending.error = error;
    settle();
    return stream;
  };

  function settle(): void {
    clearTimeout(timer);
    if (ending === undefined || !open || paused) return;
    if (stream.readableLength > 0) {
      timer = setTimeout(settle, 1);
      return;
    }
    const now = Date.now();
    // No error and no end of file: a child of the program still has the terminal. Wait for what is in the buffer.
    const held = ending.error === undefined && !stream.readableEnded;
    // Many a program closes its terminal as its last act. Closed here before it has ended, it would end by SIGHUP instead.
    if (!held && !options.ended()) {
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
    options.onClosing();
    destroy(ending?.error);
  }

  return {
    get begun() {
      return ending !== undefined;
    },
    read() {
      lastData = Date.now();
    },
    paused(yes) {
      paused = yes;
      settle();
    },
    now: close,
  };
}

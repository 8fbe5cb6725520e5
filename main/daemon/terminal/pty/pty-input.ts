/** What is typed on its way into a pseudoterminal, in order, without ever waiting for the program to read. */
import { writeSync } from "node:fs";

export interface PtyInput {
  /** Bytes written and not yet taken by the program. */
  readonly queued: number;
  write(bytes: Uint8Array): void;
  /** What is not taken yet is forgotten. */
  close(): void;
}

/** The system tells nobody when there is room again, so it is asked: soon, then less often. */
const RETRY_MS = 5;
const RETRY_MAX_MS = 50;

/**
 * Node's own write to a pseudoterminal's master spins until the program reads, which would stop the whole daemon.
 * `drained` is called when all is taken, `gone` when there is no terminal any more.
 */
export function createPtyInput(fd: number, drained: () => void, gone: () => void): PtyInput {
  const waiting: Uint8Array[] = [];
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS;

  function flush(): void {
    timer = undefined;
    for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
      const written = tryWrite(fd, head);
      if (written === undefined) {
        gone();
        return;
      }
      if (written === 0) {
        timer = setTimeout(flush, retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
        return;
      }
      retryMs = RETRY_MS;
      queued -= written;
      if (written === head.length) waiting.shift();
      else waiting[0] = head.subarray(written);
    }
    drained();
  }

  return {
    get queued() {
      return queued;
    },
    write(bytes) {
      if (bytes.length === 0) return;
      waiting.push(bytes);
      queued += bytes.length;
      if (timer === undefined) flush();
    },
    close() {
      clearTimeout(timer);
      waiting.length = 0;
      queued = 0;
    },
  };
}

/** Bytes taken; 0 when the program must first read; undefined when the terminal is gone. */
function tryWrite(fd: number, bytes: Uint8Array): number | undefined {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "EAGAIN" ? 0 : undefined;
  }
}

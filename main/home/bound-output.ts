/** Keeps what a detached process prints within a bound: a file that was opened for it when it was started knows none. */
import { fstatSync } from "node:fs";
import type { Log } from "./create-log.ts";
import { openRotatingFile } from "./rotating-file.ts";

/** With the one before it, at most 2 MB. */
const MAX_BYTES = 1024 * 1024;
const FILES = 2;

/**
 * From now on, what this process prints goes through a rotating file at `path`, where its standard error is a file; warnings of the
 * runtime, which are printed past that, go to the log. A terminal or a pipe stays what it is.
 */
export function boundOutput(path: string, log: Log, bounds = { maxBytes: MAX_BYTES, files: FILES }): void {
  if (!isFile(2)) return;
  const file = openRotatingFile(path, bounds);
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      file.write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const done = rest.find((item): item is () => void => typeof item === "function");
      if (done !== undefined) queueMicrotask(done);
      return true;
    };
  }
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn({ error: warning }, "a warning of the runtime"));
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

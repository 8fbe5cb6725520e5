/** Owns the memory of the port that this home's daemon had last: agents that outlive a daemon find the next one there. */
import { readPrivateFile, writePrivateFile } from "../home/private-file.ts";

/** The port, or 0 for any free one. */
export function readLastPort(path: string): number {
  const file = readPrivateFile(path, 16);
  const text = file.outcome === "read" ? file.text.trim() : "";
  const port = /^\d{4,5}$/.test(text) ? Number(text) : 0;
  return port <= 65_535 ? port : 0;
}

/** A convenience: where it cannot be written, the next daemon takes another port. */
export function writeLastPort(path: string, port: number): void {
  try {
    writePrivateFile(path, `${port}\n`);
  } catch {
    // Nothing depends on it.
  }
}

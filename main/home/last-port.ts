/** Remembers the port that this home's daemon or gateway had last: agents, links and previews find the next one there. */
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

/** Where a person looks for the gateway first; another free port when it is taken. */
export const DEFAULT_PORT = 54_400;

/** The port, or 0 for any free one. */
export function readLastPort(path: string): number {
  const file = readPrivateFile(path, 16);
  const text = file.outcome === "read" ? file.text.trim() : "";
  const port = /^\d{4,5}$/.test(text) ? Number(text) : 0;
  return port <= 65_535 ? port : 0;
}

/** A convenience: where it cannot be written, the next one may take another port. */
export function writeLastPort(path: string, port: number): void {
  try {
    writePrivateFile(path, `${port}\n`);
  } catch {
    // Nothing depends on it.
  }
}

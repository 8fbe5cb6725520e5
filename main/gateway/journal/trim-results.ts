/** Keeps the large parts of results within the limits of history, together with the events: the oldest leave first. */
import { rmSync } from "node:fs";
import { listResults, type ResultFile } from "../../home/results/result-files.ts";

/** Files of one step. */
const STEP_FILES = 64;

export interface ResultsLook {
  /** Bytes of all parts that are left. */
  bytes: number;
  more: boolean;
}

/**
 * One step. `events` says how many bytes the events take, and when the oldest were written; parts that are older leave
 * before them. Times in milliseconds.
 */
export function trimResults(
  folder: string,
  limits: { maxAgeMs: number; maxBytes: number },
  events: { bytes: number; oldest: number | undefined },
  now: number,
): ResultsLook {
  const files = listResults(folder);
  let bytes = files.reduce((total, file) => total + file.bytes, 0);
  let removed = 0;
  const mustGo = ({ writtenMs }: ResultFile): boolean => {
    if (now - writtenMs > limits.maxAgeMs) return true;
    return events.bytes + bytes > limits.maxBytes && writtenMs < (events.oldest ?? Number.POSITIVE_INFINITY);
  };
  for (const file of files) {
    if (removed === STEP_FILES || !mustGo(file)) break;
    rmSync(file.path, { force: true });
    bytes -= file.bytes;
    removed += 1;
  }
  return { bytes, more: removed > 0 };
}

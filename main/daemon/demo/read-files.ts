/** Reads many files one after the other, with honest progress, for all of the demo's tools. */
import { createReadStream } from "node:fs";
import { oneLine } from "../../../shared/text/visible.ts";
import { type FoundFile, type Walk, walkFolder } from "./walk-folder.ts";

const PROGRESS_MS = 50;

export interface ToolRun {
  signal: AbortSignal;
  /** Called at most every 50 ms, and once at the end. */
  report(progress: { progress: number; total?: number; message: string }): void;
}

/**
 * Walks `folder`, then gives each file's chunks to `chunk` and its end to `end`. A file that cannot be read counts as
 * unreadable and is passed over. Progress counts files: its total is known once the walk is done. Throws when aborted.
 */
export async function readFiles(
  folder: string,
  run: ToolRun,
  chunk: (file: FoundFile, bytes: Buffer) => void,
  end: (file: FoundFile) => void,
): Promise<Walk> {
  run.report({ progress: 0, message: "Looking for files" });
  const walk = await walkFolder(folder, run.signal);
  const total = walk.files.length;
  let reportedAt = Number.NEGATIVE_INFINITY;
  for (const [index, file] of walk.files.entries()) {
    run.signal.throwIfAborted();
    if (index > 0 && performance.now() - reportedAt >= PROGRESS_MS) {
      reportedAt = performance.now();
      run.report({ progress: index, total, message: oneLine(file.name, 120) });
    }
    try {
      for await (const bytes of createReadStream(file.path, { signal: run.signal, highWaterMark: 256 * 1024 })) {
        chunk(file, bytes);
      }
      end(file);
    } catch {
      run.signal.throwIfAborted();
      walk.unreadable += 1;
    }
  }
  run.report({ progress: total, total, message: `${total.toLocaleString("en")} files read` });
  return walk;
}

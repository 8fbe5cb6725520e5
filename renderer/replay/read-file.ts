/** Reads what the file holds: the session with its calls, the terminal's recording, and the pictures of results. */
import type { ReplayFile, ReplayMedia } from "../../shared/protocol/replay-file.ts";
import { parseExact } from "../../shared/text/exact-json.ts";

/** `[milliseconds, code, data]`: code and data as an asciicast has them. */
export type Step = [ms: number, code: string, data: string];

export interface Recording {
  file: ReplayFile;
  size: { cols: number; rows: number };
  steps: Step[];
  media: Map<number, ReplayMedia[]>;
  /** In milliseconds. */
  length: number;
}

const embedded = (id: string): string => document.getElementById(id)?.textContent ?? "";
const linesOf = (id: string): string[] => {
  const text = embedded(id).trim();
  return text === "" ? [] : text.split("\n");
};

export function readRecording(): Recording {
  // Whole numbers beyond what JavaScript counts exactly stay as they were written.
  const file = parseExact(embedded("file")) as ReplayFile;
  const [header = "{}", ...lines] = linesOf("cast");
  const { term } = JSON.parse(header) as { term: { cols: number; rows: number } };
  let length = 0;
  const steps = lines.map((line): Step => {
    const [seconds, code, data] = JSON.parse(line) as [number, string, string];
    length += seconds * 1000;
    return [length, code, data];
  });
  for (const call of file.calls) length = Math.max(length, call.ms, call.changes.at(-1)?.[0] ?? 0);
  const media = new Map<number, ReplayMedia[]>();
  for (const line of linesOf("media")) {
    const item = JSON.parse(line) as ReplayMedia;
    media.set(item.call, [...(media.get(item.call) ?? []), item]);
  }
  return { file, size: { cols: term.cols, rows: term.rows }, steps, media, length };
}

/** When something is to be seen, in milliseconds. */
export function* momentsOf({ steps, file }: Recording): Generator<number> {
  for (const [ms, code] of steps) if (code === "o" || code === "r") yield ms;
  for (const { changes } of file.calls) for (const [ms] of changes) yield ms;
}

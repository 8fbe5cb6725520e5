/** What the demo's three tools find out about a folder. */
import { createHash, type Hash } from "node:crypto";
import { extname } from "node:path";
import { oneLine } from "../../../shared/text/visible.ts";
import { readFiles, type ToolRun } from "./read-files.ts";
import type { FoundFile, Walk } from "./walk-folder.ts";

export interface ToolOutcome {
  /** A few lines for a person and for a model. */
  text: string;
  data: Record<string, unknown>;
}

const number = (value: number) => value.toLocaleString("en");
const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
/** Matches that are listed; all are counted. */
const LISTED_MATCHES = 20;

/** SHA-256 of every file, and one over all of them in the order of their names. */
export async function hashTree(folder: string, run: ToolRun): Promise<ToolOutcome> {
  const tree = createHash("sha256");
  let hash: Hash | undefined;
  const walk = await readFiles(
    folder,
    run,
    (_file, bytes) => {
      hash ??= createHash("sha256");
      hash.update(bytes);
    },
    (file) => {
      tree.update(`${file.name}\0${(hash ?? createHash("sha256")).digest("hex")}\n`);
      hash = undefined;
    },
  );
  const digest = tree.digest("hex");
  const largest = walk.files.toSorted((a, b) => b.size - a.size).slice(0, 3);
  const lines = [
    `${number(walk.files.length)} files, ${megabytes(walk.bytes)}${bounds(walk)}`,
    `sha256 of the tree: ${digest}`,
    ...largest.map((file) => `${megabytes(file.size).padStart(9)}  ${oneLine(file.name, 100)}`),
  ];
  return { text: lines.join("\n"), data: { sha256: digest, ...facts(walk), largest: largest.map(named) } };
}

/** Lines of text files, by extension. Files with a NUL byte are binary and only counted. */
export async function countLines(folder: string, run: ToolRun): Promise<ToolOutcome> {
  const byKind = new Map<string, { files: number; lines: number }>();
  let lines = 0;
  let last = 0x0a;
  let binary = false;
  let binaries = 0;
  const walk = await readFiles(
    folder,
    run,
    (_file, bytes) => {
      binary ||= bytes.includes(0);
      if (binary) return;
      for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
      last = bytes.at(-1) ?? last;
    },
    (file) => {
      if (binary) binaries += 1;
      else {
        const kind = byKind.get(kindOf(file)) ?? { files: 0, lines: 0 };
        // A last line without a newline is a line.
        byKind.set(kindOf(file), { files: kind.files + 1, lines: kind.lines + lines + Number(last !== 0x0a) });
      }
      lines = 0;
      last = 0x0a;
      binary = false;
    },
  );
  const kinds = [...byKind].map(([kind, count]) => ({ kind, ...count })).sort((a, b) => b.lines - a.lines);
  const total = kinds.reduce((sum, kind) => sum + kind.lines, 0);
  const rows = kinds
    .slice(0, 6)
    .map((kind) => `${number(kind.lines).padStart(11)}  ${kind.kind} in ${number(kind.files)} files`);
  const text = [
    `${number(total)} lines in ${number(walk.files.length - binaries)} text files${bounds(walk)}`,
    ...rows,
  ].join("\n");
  return { text, data: { lines: total, binary_files: binaries, ...facts(walk), kinds: kinds.slice(0, 20) } };
}

/** Lines that contain `needle`, letter case included. */
export async function searchText(folder: string, needle: string, run: ToolRun): Promise<ToolOutcome> {
  const matches: { file: string; line: number; text: string }[] = [];
  const wanted = Buffer.from(needle);
  let count = 0;
  let matchingFiles = 0;
  let parts: Buffer[] = [];
  const walk = await readFiles(
    folder,
    run,
    (_file, bytes) => parts.push(bytes),
    (file) => {
      const [only] = parts;
      const whole = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
      parts = [];
      if (!whole.includes(wanted) || whole.includes(0)) return;
      matchingFiles += 1;
      for (const [index, line] of whole.toString("utf8").split("\n").entries()) {
        const at = line.indexOf(needle);
        if (at < 0) continue;
        count += 1;
        if (matches.length >= LISTED_MATCHES) continue;
        // The part around the match: some lines are whole programs.
        matches.push({
          file: file.name,
          line: index + 1,
          text: oneLine(line.slice(at <= 60 ? 0 : at - 40, at + 120), 160),
        });
      }
    },
  );
  const head = `${number(count)} lines with “${oneLine(needle, 60)}” in ${number(matchingFiles)} of ${number(walk.files.length)} files${bounds(walk)}`;
  const rows = matches.slice(0, 5).map((match) => `${oneLine(match.file, 80)}:${match.line}  ${match.text}`);
  return { text: [head, ...rows].join("\n"), data: { count, matching_files: matchingFiles, ...facts(walk), matches } };
}

const kindOf = (file: FoundFile): string => extname(file.name).toLowerCase() || "(no extension)";
const named = (file: FoundFile) => ({ name: file.name, bytes: file.size });
const facts = (walk: Walk) => ({
  files: walk.files.length,
  bytes: walk.bytes,
  unreadable: walk.unreadable,
  ...(walk.bound !== undefined && { bound: walk.bound }),
});

function bounds(walk: Walk): string {
  const unreadable = walk.unreadable === 0 ? "" : `; ${number(walk.unreadable)} could not be read`;
  return walk.bound === undefined ? unreadable : ` (${walk.bound})${unreadable}`;
}

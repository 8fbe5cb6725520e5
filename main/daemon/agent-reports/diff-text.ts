/** Writes the hunks of an edit as a unified diff, and counts its lines. */

export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: readonly string[];
}

export interface Diff {
  text: string;
  added: number;
  removed: number;
}

export function diffOf(hunks: readonly Hunk[]): Diff {
  const head = ({ oldStart, oldLines, newStart, newLines }: Hunk) =>
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  const lines = hunks.flatMap(({ lines: all }) => all);
  return {
    text: hunks.map((hunk) => [head(hunk), ...hunk.lines].join("\n")).join("\n"),
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

/** A file that was not there before. */
export function newFile(content: string): Diff {
  const all = content.split("\n");
  if (all.at(-1) === "") all.pop();
  if (all.length === 0) return { text: "", added: 0, removed: 0 };
  const lines = all.map((line) => `+${line}`);
  return diffOf([{ oldStart: 0, oldLines: 0, newStart: 1, newLines: all.length, lines }]);
}

export const diffNote = ({ added, removed }: Pick<Diff, "added" | "removed">): string =>
  `+${added.toLocaleString("en-US")} −${removed.toLocaleString("en-US")}`;

/** Keeps in which lines of a screen calls began. Lines move and leave; xterm's markers follow them, through a change of width too. */
import type { IMarker, Terminal } from "@xterm/headless";

/** The oldest are forgotten beyond this many. */
const MAX_MARKS = 2_000;

export interface LineMarks {
  /** The line in which the cursor is now. */
  set(offset: number): void;
  /** Offsets and lines counted from the last one of the normal screen, which is 1. Lines that have scrolled away are not among them. */
  list(): [offset: number, fromEnd: number][];
}

export function createLineMarks(terminal: Terminal): LineMarks {
  const marks = new Map<number, IMarker>();
  return {
    set(offset) {
      // A program that draws the whole screen has no lines that stay: what is marked there leaves with it.
      if (terminal.buffer.active.type === "alternate" || marks.has(offset)) return;
      const mark = terminal.registerMarker(0);
      if (mark === undefined) return;
      marks.set(offset, mark);
      mark.onDispose(() => marks.delete(offset));
      const [oldest] = marks.values();
      if (marks.size > MAX_MARKS) oldest?.dispose();
    },
    list() {
      const { baseY } = terminal.buffer.normal;
      return [...marks].map(([offset, { line }]) => [offset, baseY + terminal.rows - line]);
    },
  };
}

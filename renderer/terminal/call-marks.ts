/**
 * Owns where in the terminal a call began: a mark is set at the line that is being written when the call's start
 * arrives. Calls that began before this page looked have none.
 */
import type { IMarker, Terminal } from "@xterm/xterm";

/** The oldest marks are forgotten beyond this many. */
const MAX_MARKS = 2_000;
/** Lines shown above the marked one. */
const CONTEXT_LINES = 3;
const HIGHLIGHT_MS = 2_500;

export interface CallMarks {
  set(call: string): void;
  has(call: string): boolean;
  /** Scrolls to where a call began and highlights the line for a moment. False when it is not known, or scrolled out of what is kept. */
  reveal(call: string, colour: string): boolean;
}

export function createCallMarks(terminal: Terminal): CallMarks {
  const marks = new Map<string, IMarker>();
  const find = (call: string): IMarker | undefined => {
    const mark = marks.get(call);
    return mark === undefined || mark.isDisposed || mark.line < 0 ? undefined : mark;
  };
  return {
    set(call) {
      if (marks.has(call)) return;
      marks.set(call, terminal.registerMarker(0));
      const [oldest] = marks;
      if (marks.size > MAX_MARKS && oldest !== undefined) {
        oldest[1].dispose();
        marks.delete(oldest[0]);
      }
    },
    has: (call) => find(call) !== undefined,
    reveal(call, colour) {
      const mark = find(call);
      if (mark === undefined) return false;
      terminal.scrollToLine(Math.max(0, mark.line - CONTEXT_LINES));
      const decoration = terminal.registerDecoration({ marker: mark, width: terminal.cols, backgroundColor: colour });
      setTimeout(() => decoration?.dispose(), HIGHLIGHT_MS);
      return true;
    },
  };
}

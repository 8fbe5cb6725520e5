/**
 * Finds the line of the terminal in which a call began. The daemon says it: with the screen for what was before, and at its
 * place among the output for what comes. Nothing here depends on when an event arrives.
 */
import type { IMarker, Terminal } from "@xterm/xterm";
import type { Call } from "../../shared/events/call.ts";
import { isPrompt } from "../../shared/terminal/read-prompt.ts";

/** The oldest marks are forgotten beyond this many. */
const MAX_MARKS = 2_000;
/** Lines shown above the marked one. */
const CONTEXT_LINES = 3;
const HIGHLIGHT_MS = 2_500;

export interface ScreenMarks {
  began_at?: string | undefined;
  marks?: readonly (readonly [offset: number, fromEnd: number])[] | undefined;
  prompts?: readonly number[] | undefined;
}

export interface CallMarks {
  /** The terminal was emptied: what was marked is no more. */
  clear(): void;
  /** To be called once the screen that came with them is drawn. */
  restore(screen: ScreenMarks): void;
  /** The line in which the cursor is when all that was written before is drawn. */
  set(offset: number): void;
  /** Scrolls to the nearest call above or below what is in view. False when there is none. */
  step(kind: "call" | "prompt", by: 1 | -1, colour: string): boolean;
  /** Scrolls to where a call began and highlights the line for a moment. False when that line is not there (any more). */
  reveal(call: Pick<Call, "offset" | "startedAt">, colour: string): boolean;
}

export function createCallMarks(terminal: Terminal): CallMarks {
  const marks = new Map<number, IMarker>();
  /** By the order in which they came. */
  const prompts = new Map<number, IMarker>();
  let promptCount = 0;
  /** What was gone to last: the next step begins there while it is in view. */
  let at: IMarker | undefined;
  let beganAt: string | undefined;
  /** Those of the normal screen, while a program has the whole window. */
  let waiting: (() => void) | undefined;
  terminal.buffer.onBufferChange((buffer) => {
    if (buffer.type !== "normal") return;
    waiting?.();
    waiting = undefined;
  });

  function put(into: Map<number, IMarker>, key: number, mark: IMarker | undefined): void {
    if (mark === undefined || into.has(key)) return;
    into.set(key, mark);
    mark.onDispose(() => into.get(key) === mark && into.delete(key));
    const [oldest] = into.values();
    if (into.size > MAX_MARKS) oldest?.dispose();
  }
  function putPrompt(mark: IMarker | undefined): void {
    promptCount += 1;
    put(prompts, promptCount, mark);
  }
  terminal.parser.registerOscHandler(133, (data) => {
    if (isPrompt(data) && terminal.buffer.active.type === "normal") putPrompt(terminal.registerMarker(0));
    return false;
  });

  function show(mark: IMarker, colour: string): void {
    at = mark;
    terminal.scrollToLine(Math.max(0, mark.line - CONTEXT_LINES));
    const decoration = terminal.registerDecoration({ marker: mark, width: terminal.cols, backgroundColor: colour });
    setTimeout(() => decoration?.dispose(), HIGHLIGHT_MS);
  }

  function restoreLines(lines: NonNullable<ScreenMarks["marks"]>, prompted: readonly number[]): void {
    const { baseY, cursorY } = terminal.buffer.normal;
    const markAt = (fromEnd: number) => {
      const line = baseY + terminal.rows - fromEnd;
      return line >= 0 ? terminal.registerMarker(line - baseY - cursorY) : undefined;
    };
    for (const [offset, fromEnd] of lines) put(marks, offset, markAt(fromEnd));
    for (const fromEnd of prompted) putPrompt(markAt(fromEnd));
  }

  return {
    clear() {
      waiting = undefined;
      for (const mark of [...marks.values(), ...prompts.values()]) mark.dispose();
      marks.clear();
      prompts.clear();
      at = undefined;
    },
    restore({ began_at, marks: lines = [], prompts: prompted = [] }) {
      beganAt = began_at;
      if (terminal.buffer.active.type === "normal") restoreLines(lines, prompted);
      else waiting = () => restoreLines(lines, prompted);
    },
    set(offset) {
      terminal.write("", () => {
        if (terminal.buffer.active.type === "normal") put(marks, offset, terminal.registerMarker(0));
      });
    },
    step(kind, by, colour) {
      const { viewportY, baseY, cursorY, type } = terminal.buffer.active;
      if (type !== "normal") return false;
      const inView = at !== undefined && !at.isDisposed && at.line >= viewportY && at.line < viewportY + terminal.rows;
      // At the end one begins from the cursor, whose own prompt is no place to go to.
      const from = inView ? (at?.line ?? 0) : viewportY === baseY ? baseY + cursorY : viewportY + CONTEXT_LINES;
      const lines = [...(kind === "call" ? marks : prompts).values()].filter((mark) => mark.line >= 0);
      const found =
        by === 1
          ? lines.filter(({ line }) => line > from).sort((one, other) => one.line - other.line)[0]
          : lines.filter(({ line }) => line < from).sort((one, other) => other.line - one.line)[0];
      if (found === undefined) return false;
      show(found, colour);
      return true;
    },
    reveal({ offset, startedAt }, colour) {
      // Offsets of an earlier terminal of the session count from another beginning.
      if (offset === undefined || beganAt === undefined || Date.parse(startedAt) < Date.parse(beganAt)) return false;
      const mark = marks.get(offset);
      if (mark === undefined || mark.isDisposed || mark.line < 0 || terminal.buffer.active.type !== "normal")
        return false;
      show(mark, colour);
      return true;
    },
  };
}

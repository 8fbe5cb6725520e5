/** Finds again where a person was reading in a terminal, after its contents were replaced: by the lines there, not by their numbers. */
import type { Terminal } from "@xterm/xterm";

/** What is needed of a terminal; xterm without a page has it too. */
export type Readable = Pick<Terminal, "buffer" | "cols" | "scrollToLine">;

export interface Place {
  /** Lines before the one at the top of the view, the nearest first, and from it on. A wrapped line is one. */
  before: string[];
  from: string[];
  /** Number of the line at the top of the view. */
  index: number;
  /** Characters of that line above the view. */
  above: number;
}

/** Lines on each side by which a place is known. */
const KNOWN_BY = 40;

interface Line {
  text: string;
  /** Its first row. */
  row: number;
}

/** Undefined where nobody has scrolled up. */
export function placeOf(terminal: Readable): Place | undefined {
  const buffer = terminal.buffer.active;
  if (buffer.type !== "normal" || buffer.viewportY >= buffer.baseY) return undefined;
  const lines = wholeLines(terminal);
  const index = lines.findLastIndex(({ row }) => row <= buffer.viewportY);
  const top = lines[index];
  if (top === undefined) return undefined;
  const texts = lines.map(({ text }) => text);
  return {
    before: texts.slice(Math.max(0, index - KNOWN_BY), index).reverse(),
    from: texts.slice(index, index + KNOWN_BY),
    index,
    above: (buffer.viewportY - top.row) * terminal.cols,
  };
}

/** Scrolls there, or to the oldest line that is kept when none of those is. */
export function returnTo(terminal: Readable, place: Place): void {
  if (terminal.buffer.active.type !== "normal") return;
  const lines = wholeLines(terminal);
  // Where the line itself has gone, the next one that is still there.
  for (let skipped = 0; skipped < place.from.length; skipped += 1) {
    const at = bestMatch(lines, place, skipped);
    if (at === undefined) continue;
    const rows = (lines[at + 1]?.row ?? terminal.buffer.active.length) - (lines[at]?.row ?? 0);
    const above = skipped === 0 ? Math.min(rows - 1, Math.floor(place.above / terminal.cols)) : 0;
    scrollTo(terminal, (lines[at]?.row ?? 0) + above);
    return;
  }
  scrollTo(terminal, 0);
}

/** xterm adds the difference to a position that it updates only with the next frame, so the first scroll after a resize can miss. */
function scrollTo(terminal: Readable, line: number): void {
  terminal.scrollToLine(line);
  if (terminal.buffer.active.viewportY !== line) terminal.scrollToLine(line);
}

/** Resizes, and leaves the line where a person reads at the top of the view: xterm keeps the bottom, and what stands beside a terminal comes and goes. */
export function resizeInPlace(terminal: Readable & Pick<Terminal, "resize">, cols: number, rows: number): void {
  const place = placeOf(terminal);
  terminal.resize(cols, rows);
  if (place !== undefined) returnTo(terminal, place);
}

/** The line that has the most of the same neighbours; of several the one whose number is nearest. Blank lines alone are no place. */
function bestMatch(lines: readonly Line[], place: Place, skipped: number): number | undefined {
  const from = place.from.slice(skipped);
  const before = [...place.from.slice(0, skipped).reverse(), ...place.before].slice(0, KNOWN_BY);
  const [text] = from;
  if (text === "" && from.every((line) => line === "")) return undefined;
  let best: { at: number; same: number; far: number } | undefined;
  for (const [at, line] of lines.entries()) {
    if (line.text !== text) continue;
    const same = count(from, (step) => lines[at + step]?.text) + count(before, (step) => lines[at - 1 - step]?.text);
    if (text === "" && same < 2) continue;
    const far = Math.abs(at - place.index - skipped);
    if (best === undefined || same > best.same || (same === best.same && far < best.far)) best = { at, same, far };
  }
  return best?.at;
}

function count(wanted: readonly string[], found: (step: number) => string | undefined): number {
  const end = wanted.findIndex((text, step) => found(step) !== text);
  return end === -1 ? wanted.length : end;
}

function wholeLines({ buffer: { active } }: Readable): Line[] {
  const lines: Line[] = [];
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    if (line === undefined) continue;
    const wraps = active.getLine(row + 1)?.isWrapped === true;
    const text = line.translateToString(!wraps);
    const last = lines.at(-1);
    if (line.isWrapped && last !== undefined) last.text += text;
    else lines.push({ text, row });
  }
  return lines;
}

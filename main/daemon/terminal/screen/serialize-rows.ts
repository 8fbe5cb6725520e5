/** The writing of a buffer's rows as text and escape sequences that put the same cells into an emptied terminal. */
import type { IBuffer, IBufferCell, IBufferLine } from "@xterm/headless";
import { type Attributes, COLOUR_BITS, type Pen, PLAIN } from "./pen.ts";
import { readAttributes } from "./screen-core.ts";

const CSI = "\u001b[";

/** Characters that may become one with the character printed before them: marks, flags, skin tones, jamo. */
const JOINS = /^(?:\u200d|[\p{M}\p{RI}\p{Emoji_Modifier}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff])/u;
/** Characters that may draw the following one to themselves. */
const DRAWS = /[\u200d\u0600-\u0605\u06dd\u070f\u{110bd}]$/u;

/** Rows written together; the oldest blocks are left out when a whole screen would be too long to send. */
const BLOCK_ROWS = 500;

export interface RowsOptions {
  cols: number;
  rows: number;
  /** Starts plain; ends as the last character left it. */
  pen: Pen;
  /** Makes another plain pen. */
  newPen(): Pen;
  maxCharacters: number;
}

/**
 * All rows from the first to the last that has content; every row when there is scrollback, so that the screen stands
 * where it stood. Above `maxCharacters` the oldest scrollback is missing. Leaves the cursor anywhere on the last row.
 */
export function serializeRows(buffer: IBuffer, options: RowsOptions): string {
  const { cols, rows, maxCharacters } = options;
  const last = buffer.length > rows ? buffer.length - 1 : lastRowWithContent(buffer, cols);
  const blocks: string[] = [];
  let length = 0;
  for (let end = last; end >= 0; ) {
    let start = Math.max(0, Math.min(end + 1 - BLOCK_ROWS, buffer.length - rows));
    while (start > 0 && buffer.getLine(start)?.isWrapped === true) start -= 1;
    const pen = end === last ? options.pen : options.newPen();
    const block = serializeBlock(buffer, start, end, end === last, { ...options, pen });
    if (blocks.length > 0 && length + block.length > maxCharacters) break;
    blocks.unshift(block);
    length += block.length;
    end = start - 1;
  }
  return blocks.join("");
}

/** A row that begins a line begins with a plain pen, so blocks that begin with one stand for themselves. */
function serializeBlock(buffer: IBuffer, start: number, end: number, isLast: boolean, options: RowsOptions): string {
  const { cols, rows, pen } = options;
  const out: string[] = [];
  const cell = buffer.getNullCell();
  for (let y = start; y <= end; y += 1) {
    const line = buffer.getLine(y);
    if (line === undefined) continue;
    out.push(serializeRow(line, cols, cell, pen));
    if (isLast && y === end) break;
    const next = buffer.getLine(y + 1);
    if (next?.isWrapped !== true) out.push(pen.set(PLAIN), "\r\n");
    else if (!wrapsByItself(line, next, cols)) out.push(forceWrap(line, cols, rows, pen));
  }
  return out.join("");
}

function serializeRow(line: IBufferLine, cols: number, cell: IBufferCell, pen: Pen): string {
  let out = "";
  let gap = 0;
  let erased = 0;
  let erasedColour = 0;
  let before = "";
  const flushErased = (move: boolean) => {
    if (erased === 0) return;
    out += `${pen.set({ ...PLAIN, bg: erasedColour })}${CSI}${erased}X`;
    if (move) out += `${CSI}${erased}C`;
    erased = 0;
  };
  for (let x = 0; x < cols; x += 1) {
    if (line.getCell(x, cell) === undefined || cell.getWidth() === 0) continue;
    const chars = cell.getChars();
    const attributes = readAttributes(cell);
    if (chars === "") {
      before = "";
      const colour = attributes.bg & COLOUR_BITS;
      if (colour === 0 || colour !== erasedColour) flushErased(true);
      if (colour === 0) gap += 1;
      else {
        if (gap > 0) out += `${CSI}${gap}C`;
        gap = 0;
        erased += 1;
        erasedColour = colour;
      }
      continue;
    }
    flushErased(true);
    if (gap > 0) out += `${CSI}${gap}C`;
    gap = 0;
    const change = pen.set(attributes);
    out += change;
    if (change === "" && before !== "" && chars > "\u02ff" && (JOINS.test(chars) || DRAWS.test(before)))
      out += pen.again();
    out += chars;
    before = chars;
  }
  flushErased(false);
  return out;
}

/** Whether printing the next row right behind this one wraps, as it did when the program printed it. */
function wrapsByItself(line: IBufferLine, next: IBufferLine, cols: number): boolean {
  const first = next.getCell(0);
  const end = line.getCell(cols - 1);
  if (first === undefined || end === undefined || first.getChars() === "") return false;
  if (end.getChars() !== "" || end.getWidth() === 0) return true;
  // A wide character that did not fit leaves one cell empty, in its own background.
  const beforeEnd = line.getCell(cols - 2);
  const full = beforeEnd !== undefined && (beforeEnd.getChars() !== "" || beforeEnd.getWidth() === 0);
  const sameColour = ((readAttributes(end).bg ^ readAttributes(first).bg) & COLOUR_BITS) === 0;
  return full && first.getWidth() === 2 && sameColour;
}

/** Only a printed character wraps: two are printed over the edge, then the first cell is put right and the second emptied. */
function forceWrap(line: IBufferLine, cols: number, rows: number, pen: Pen): string {
  if (rows < 2 || cols < 2) return `${pen.set(PLAIN)}\r\n`;
  const toEnd = `\r${CSI}${cols - 1}C`;
  const over = `${pen.set(PLAIN)}${toEnd}xx${CSI}A`;
  const end = line.getCell(cols - 1);
  const wide = end?.getWidth() === 0;
  const cell = wide ? line.getCell(cols - 2) : end;
  const attributes: Attributes = cell === undefined ? PLAIN : readAttributes(cell);
  const chars = cell?.getChars() ?? "";
  const back =
    chars === ""
      ? `${toEnd}${pen.set({ ...PLAIN, bg: attributes.bg & COLOUR_BITS })}${CSI}X`
      : `\r${CSI}${cols - (wide ? 2 : 1)}C${pen.set(attributes)}${chars}`;
  return `${over}${back}${pen.set(PLAIN)}${CSI}B\r${CSI}X`;
}

function lastRowWithContent(buffer: IBuffer, cols: number): number {
  const cell = buffer.getNullCell();
  for (let y = buffer.length - 1; y > 0; y -= 1) {
    const line = buffer.getLine(y);
    if (line?.isWrapped === true) return y;
    for (let x = 0; x < cols; x += 1) {
      if (line?.getCell(x, cell) === undefined) continue;
      if (cell.getChars() !== "" || (readAttributes(cell).bg & COLOUR_BITS) !== 0) return y;
    }
  }
  return 0;
}

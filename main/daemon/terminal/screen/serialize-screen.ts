/**
 * The writing of a whole terminal as escape sequences from which an emptied terminal of the same size becomes the
 * same. xterm's own serialize addon was measured against the same tests and loses hyperlinks, underline styles, bold
 * with dim, the palette a colour came from, scroll regions, saved cursors, tab stops and a pending wrap.
 */
import type { IBuffer, Terminal } from "@xterm/headless";
import { type Attributes, createPen, type Pen, PLAIN } from "./pen.ts";
import { type CoreState, readAttributes, readCoreState, type SavedCursor } from "./screen-core.ts";
import { serializeRows } from "./serialize-rows.ts";

const CSI = "\u001b[";
const TAB_WIDTH = 8;
/** With every one of them at its longest in UTF-8 and JSON still a message that every link accepts. */
const MAX_SNAPSHOT_CHARACTERS = 4 * 1024 * 1024;

export function serializeScreen(terminal: Terminal, title: string): string {
  const state = readCoreState(terminal);
  const { cols, rows, buffer } = terminal;
  const newPen = () => createPen(state.link);
  const pen = newPen();
  const options = { cols, rows, pen, newPen, maxCharacters: MAX_SNAPSHOT_CHARACTERS };
  const out = [title === "" ? "" : `\u001b]2;${title}\u0007`, serializeRows(buffer.normal, options)];
  if (buffer.active.type === "alternate") {
    // Entering the alternate screen saves the cursor, to which leaving it returns, and fills it with the present colour.
    out.push(
      position(state.savedNormal),
      pen.set(state.savedNormal.pen),
      `${CSI}?1049h`,
      pen.set(PLAIN),
      `${CSI}2J${CSI}H`,
    );
    out.push(serializeRows(buffer.alternate, options));
  }
  out.push(tabStops(state, cols), scrollRegion(state, rows), savedCursor(state.saved, pen));
  out.push(modes(terminal, state));
  // A character that may be joined must stay the last thing printed; any other must not be translated.
  const place = cursor(terminal.buffer.active, terminal, state, pen);
  out.push(...(state.joins ? [charsets(state), place] : [place, charsets(state)]));
  return out.join("");
}

const position = ({ x, y }: SavedCursor) => `${CSI}${y + 1};${x + 1}H`;

function tabStops(state: CoreState, cols: number): string {
  const usual = Array.from({ length: Math.ceil(cols / TAB_WIDTH) }, (_, index) => index * TAB_WIDTH);
  const tabs = state.tabs.filter((x) => x < cols);
  if (tabs.length === usual.length && tabs.every((x, index) => x === usual[index])) return "";
  return `${CSI}3g${tabs.map((x) => `${CSI}${x + 1}G\u001bH`).join("")}`;
}

function scrollRegion(state: CoreState, rows: number): string {
  if (state.scrollTop === 0 && state.scrollBottom === rows - 1) return "";
  return `${CSI}${state.scrollTop + 1};${state.scrollBottom + 1}r`;
}

function savedCursor(saved: SavedCursor, pen: Pen): string {
  const { fg, bg, ext } = saved.pen;
  const untouched = saved.x === 0 && saved.y === 0 && fg === 0 && bg === 0 && ext === 0;
  return untouched ? "" : `${pen.set(saved.pen)}${position(saved)}\u001b7`;
}

function charsets(state: CoreState): string {
  const draws = state.lineDrawing.map((level) => `\u001b${"()*+"[level] ?? "("}0`);
  const shift = ["", "\u000e", "\u001bn", "\u001bo"][state.charsetLevel] ?? "";
  return draws.join("") + shift;
}

const MOUSE = { none: 0, x10: 9, vt200: 1000, drag: 1002, any: 1003 };

function modes(terminal: Terminal, state: CoreState): string {
  const set = terminal.modes;
  const on: [boolean, string][] = [
    [set.applicationCursorKeysMode, "?1h"],
    [set.applicationKeypadMode, "?66h"],
    [set.bracketedPasteMode, "?2004h"],
    [set.insertMode, "4h"],
    [set.reverseWraparoundMode, "?45h"],
    [set.sendFocusMode, "?1004h"],
    [!set.wraparoundMode, "?7l"],
    [set.mouseTrackingMode !== "none", `?${MOUSE[set.mouseTrackingMode]}h`],
    [state.mouseEncoding !== 0, `?${state.mouseEncoding}h`],
    [state.cursorStyle !== 0, `${state.cursorStyle} q`],
    [state.cursorHidden, "?25l"],
    // Last: it moves the cursor.
    [set.originMode, "?6h"],
  ];
  return on.map(([active, sequence]) => (active ? CSI + sequence : "")).join("");
}

/**
 * Puts the cursor where it is and the pen to what it was. Where the last character still matters, because the line has
 * just been filled or an accent may follow, that character is printed again.
 */
function cursor(buffer: IBuffer, terminal: Terminal, state: CoreState, pen: Pen): string {
  const row = buffer.cursorY + 1 - (terminal.modes.originMode ? state.scrollTop : 0);
  const to = (x: number) => `${CSI}${row};${x + 1}H`;
  const x = Math.min(buffer.cursorX, terminal.cols - 1);
  const wrapPending = buffer.cursorX >= terminal.cols;
  const line = buffer.getLine(buffer.baseY + buffer.cursorY);
  const before = line?.getCell(buffer.cursorX - 1);
  const width = before?.getWidth() === 0 ? 2 : 1;
  const cell = width === 2 ? line?.getCell(buffer.cursorX - 2) : before;
  const printed: Attributes = cell === undefined ? PLAIN : readAttributes(cell);
  // Only a character can leave the cursor behind the last column; where none is any more, a space looks the same.
  const chars = cell?.getChars() || (wrapPending ? " " : "");
  if (chars === "" || (!wrapPending && !state.joins)) {
    return to(x) + pen.set(state.pen);
  }
  // Where printing inserts, the character is first taken out.
  const out = terminal.modes.insertMode ? `${CSI}${width}P` : "";
  return to(buffer.cursorX - width) + pen.set(printed) + out + chars + pen.set(state.pen);
}

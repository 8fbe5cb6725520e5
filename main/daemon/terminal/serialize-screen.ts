/** Owns the writing of a whole terminal as escape sequences from which another terminal becomes the same. */
import type { SerializeAddon } from "@xterm/addon-serialize";
import type { IBufferCell, Terminal } from "@xterm/headless";
import { type CoreState, readCoreState } from "./screen-core.ts";

const CSI = "\u001b[";

/** The addon writes text and colours; position, modes and what it leaves out follow in an order in which none disturbs another. */
export function serializeScreen(terminal: Terminal, addon: SerializeAddon, title: string): string {
  const state = readCoreState(terminal);
  const normal = addon.serialize({ excludeModes: true, excludeAltBuffer: true });
  const alternate = terminal.buffer.active.type === "alternate";
  // The addon enters the alternate screen in whatever colours the normal one ended with, which would fill it with them.
  const content = alternate
    ? `${normal}${CSI}0m${addon.serialize({ excludeModes: true }).slice(normal.length)}`
    : normal;
  const tail = [
    scrollRegion(state),
    savedCursor(state),
    charsets(state),
    modes(terminal, state),
    cursor(terminal, state),
  ];
  const name = title === "" ? "" : `\u001b]2;${title}\u0007`;
  return name + content + tail.join("");
}

function scrollRegion(state: CoreState): string {
  if (state.scrollTop === undefined || state.scrollBottom === undefined) return "";
  return `${CSI}${state.scrollTop + 1};${state.scrollBottom + 1}r`;
}

function savedCursor(state: CoreState): string {
  if (state.savedX === 0 && state.savedY === 0) return "";
  return `${CSI}${state.savedY + 1};${state.savedX + 1}H\u001b7`;
}

function charsets(state: CoreState): string {
  const draws = state.lineDrawing.map((yes, level) => (yes ? `\u001b${"()*+"[level] ?? "("}0` : ""));
  const shift = state.charsetLevel === 1 ? "\u000e" : "";
  return draws.join("") + shift;
}

const MOUSE = { none: "", x10: "9", vt200: "1000", drag: "1002", any: "1003" };

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

/** Puts the cursor where it is. Where the last character still matters (a line just filled, an accent to come) it is printed again. */
function cursor(terminal: Terminal, state: CoreState): string {
  const { active } = terminal.buffer;
  const row = active.cursorY + 1 - (terminal.modes.originMode ? (state.scrollTop ?? 0) : 0);
  const to = (column: number) => `${CSI}${row};${column + 1}H`;
  const line = active.getLine(active.baseY + active.cursorY);
  const full = active.cursorX >= terminal.cols;
  if ((!full && !state.joins) || active.cursorX === 0 || terminal.modes.insertMode) return to(active.cursorX);
  const before = line?.getCell(active.cursorX - 1);
  const wide = before?.getWidth() === 0;
  const cell = wide ? line?.getCell(active.cursorX - 2) : before;
  if (cell === undefined || cell.getChars() === "") return to(Math.min(active.cursorX, terminal.cols - 1));
  return to(active.cursorX - (wide ? 2 : 1)) + printAgain(cell);
}

function printAgain(cell: IBufferCell): string {
  return cell.getChars();
}

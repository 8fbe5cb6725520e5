/** The comparison of two terminals: everything that a person or a program could tell apart. Runs in a page as well. */
import type { IBuffer, Terminal } from "@xterm/headless";
import { COLOUR_BITS } from "../../main/daemon/terminal/screen/pen.ts";
import { readAttributes, readCoreState } from "../../main/daemon/terminal/screen/screen-core.ts";

/** Readable, so that a difference in a test says what differs. */
export function screenState(terminal: Terminal) {
  const core = readCoreState(terminal);
  const alternate = terminal.buffer.active.type === "alternate";
  const { link, joins: _joins, ...state } = core;
  const named = (attributes: { fg: number; bg: number; ext: number; link: number }) =>
    `${(attributes.fg >>> 0).toString(16)}/${((attributes.bg & ~0x30000000) >>> 0).toString(16)}/${attributes.ext.toString(16)}/${link(attributes.link)?.uri ?? ""}`;
  const pens = {
    pen: named(state.pen),
    saved: { ...state.saved, pen: named(state.saved.pen) },
    savedNormal: alternate ? { ...state.savedNormal, pen: named(state.savedNormal.pen) } : null,
  };
  return {
    size: [terminal.cols, terminal.rows],
    modes: { ...terminal.modes, synchronizedOutputMode: false },
    // Stops behind the last column are what a wider screen has left.
    state: { ...state, tabs: state.tabs.filter((x) => x < terminal.cols), ...pens },
    cursor: [terminal.buffer.active.cursorX, terminal.buffer.active.cursorY],
    active: terminal.buffer.active.type,
    normal: rowsOf(terminal.buffer.normal, terminal, named),
    alternate: alternate ? rowsOf(terminal.buffer.alternate, terminal, named) : null,
  };
}

function rowsOf(
  buffer: IBuffer,
  terminal: Terminal,
  named: (attributes: { fg: number; bg: number; ext: number; link: number }) => string,
): string[] {
  const rows: string[] = [];
  for (let y = 0; y < buffer.length; y += 1) {
    const line = buffer.getLine(y);
    // The first row of a full scrollback continues one that is gone.
    let text = y > 0 && line?.isWrapped ? "↩" : "";
    let style = "0/0/0/";
    for (let x = 0; x < terminal.cols; x += 1) {
      const cell = line?.getCell(x);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const attributes = readAttributes(cell);
      const empty = cell.getChars() === "";
      const next = empty ? named({ fg: 0, bg: attributes.bg & COLOUR_BITS, ext: 0, link: 0 }) : named(attributes);
      if (next !== style) text += `⟨${next}⟩`;
      style = next;
      text += empty ? "·" : cell.getChars();
    }
    // At the end of a row a blank and nothing look the same; the cursor waiting behind the last column needs one.
    rows.push(text.replace(/(?:⟨0\/0\/0\/⟩)?[· ]+$/, ""));
  }
  return rows;
}

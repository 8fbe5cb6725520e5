/// <reference path="../../main/daemon/terminal/xterm-modules.d.ts" />
/** Owns the comparison of two terminals: everything that a person or a program could tell apart. */

import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless, { type IBuffer, type Terminal } from "@xterm/headless";
import { COLOUR_BITS } from "../../main/daemon/terminal/pen.ts";
import { readAttributes, readCoreState } from "../../main/daemon/terminal/screen-core.ts";
import type { Snapshot } from "../../main/daemon/terminal/screen-messages.ts";
import { incompleteUtf8 } from "../../shared/text/incomplete-utf8.ts";

/** A terminal as the page has it, but without a page. */
export function openScreen(cols: number, rows: number, scrollback = 10_000): Terminal {
  const terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: "off" });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  return terminal;
}

const begun = new WeakMap<Terminal, Uint8Array>();

/** Writes as the page does: never half a character. */
export function feed(terminal: Terminal, bytes: Uint8Array | string): Promise<void> {
  if (typeof bytes === "string") return new Promise((resolve) => terminal.write(bytes, resolve));
  const all = Buffer.concat([begun.get(terminal) ?? new Uint8Array(0), bytes]);
  const whole = all.subarray(0, all.length - incompleteUtf8(all));
  begun.set(terminal, all.subarray(whole.length));
  return new Promise((resolve) => terminal.write(whole, resolve));
}

/** What a page does with a snapshot. */
export async function openFromSnapshot({ data, tail, cols, rows }: Snapshot): Promise<Terminal> {
  const terminal = openScreen(cols, rows);
  await feed(terminal, data);
  await feed(terminal, tail);
  return terminal;
}

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
    state: { ...state, ...pens },
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

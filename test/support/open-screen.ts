/// <reference path="../../main/daemon/terminal/screen/xterm-modules.d.ts" />
/** Terminals as the page has them, but without a page. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless, { type Terminal } from "@xterm/headless";
import type { Snapshot } from "../../main/daemon/terminal/screen/screen-messages.ts";
import { incompleteUtf8 } from "../../shared/text/incomplete-utf8.ts";

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

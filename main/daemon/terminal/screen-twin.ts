/** Owns one screen beside a PTY: it reads what the program prints and can say at any byte what a terminal would show. It never answers. */
import { SerializeAddon } from "@xterm/addon-serialize/lib/addon-serialize.mjs";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless from "@xterm/headless";
import { TERMINAL_SCROLLBACK_LINES } from "../../../shared/protocol/wire.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { openCharacter, openSequence } from "./incomplete-tail.ts";
import { readCoreState } from "./screen-core.ts";
import type { Attention, Snapshot } from "./screen-messages.ts";
import { serializeScreen } from "./serialize-screen.ts";

export const MAX_TITLE_CHARACTERS = 256;

export interface ScreenTwin {
  /** `parsed` is called once these bytes are on the screen. */
  write(bytes: Uint8Array, parsed: () => void): void;
  resize(cols: number, rows: number): void;
  /** Called back with the state after everything written before. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  close(): void;
}

export interface ScreenTwinOptions {
  cols: number;
  rows: number;
  onTitle(title: string): void;
  onAttention(kind: Attention): void;
}

const NOTHING = new Uint8Array(0);

export function createScreenTwin(options: ScreenTwinOptions): ScreenTwin {
  const terminal = new headless.Terminal({
    cols: options.cols,
    rows: options.rows,
    scrollback: TERMINAL_SCROLLBACK_LINES,
    allowProposedApi: true,
    logLevel: "off",
  });
  const addon = new SerializeAddon();
  terminal.loadAddon(addon);
  terminal.loadAddon(new UnicodeGraphemesAddon());
  let title = "";
  let pending: Uint8Array = NOTHING;

  // What xterm would answer (onData) has no listener: nothing that a program prints comes back to it as input.
  terminal.onTitleChange((text) => {
    const short = oneLine(text, MAX_TITLE_CHARACTERS);
    if (short === title) return;
    title = short;
    options.onTitle(title);
  });
  terminal.onBell(() => options.onAttention("bell"));
  terminal.parser.registerOscHandler(9, (data) => {
    // `9;<number>` are ConEmu's commands (progress and others); plain text is a notification.
    if (!/^\d+(;|$)/.test(data)) options.onAttention("notification");
    return false;
  });
  terminal.parser.registerOscHandler(777, (data) => {
    if (data.startsWith("notify;")) options.onAttention("notification");
    return false;
  });

  function keepIncomplete(bytes: Uint8Array): void {
    const { inSequence, inCharacter } = readCoreState(terminal);
    if (!inSequence && !inCharacter) pending = NOTHING;
    else {
      const all = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      pending = inSequence ? openSequence(all) : openCharacter(all);
    }
  }

  return {
    write(bytes, parsed) {
      terminal.write(bytes, () => {
        keepIncomplete(bytes);
        parsed();
      });
    },
    resize(cols, rows) {
      terminal.write("", () => terminal.resize(cols, rows));
    },
    snapshot(then) {
      terminal.write("", () => {
        const data = serializeScreen(terminal, addon, title);
        then({ data, tail: pending.slice(), cols: terminal.cols, rows: terminal.rows });
      });
    },
    close() {
      terminal.dispose();
    },
  };
}

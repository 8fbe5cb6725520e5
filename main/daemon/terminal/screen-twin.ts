/** Owns one screen beside a PTY: it reads what the program prints and can say at any byte what a terminal would show. It never answers. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless from "@xterm/headless";
import { TERMINAL_SCROLLBACK_LINES } from "../../../shared/protocol/wire.ts";
import { incompleteUtf8 } from "../../../shared/text/incomplete-utf8.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { openSequence } from "./incomplete-tail.ts";
import { isInSequence } from "./screen-core.ts";
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
  terminal.loadAddon(new UnicodeGraphemesAddon());
  let title = "";
  let sequence: Uint8Array = NOTHING;
  let character: Uint8Array = NOTHING;

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

  function keepOpenSequence(bytes: Uint8Array): void {
    if (!isInSequence(terminal)) sequence = NOTHING;
    else sequence = openSequence(join(sequence, bytes));
  }

  return {
    write(bytes, parsed) {
      const all = join(character, bytes);
      const whole = all.subarray(0, all.length - incompleteUtf8(all));
      character = all.subarray(whole.length);
      terminal.write(whole, () => {
        keepOpenSequence(whole);
        parsed();
      });
    },
    resize(cols, rows) {
      terminal.write("", () => terminal.resize(cols, rows));
    },
    snapshot(then) {
      // Of the last write: the parser gets to know it only with the next one.
      const begun = character;
      terminal.write("", () => {
        const data = serializeScreen(terminal, title);
        then({ data, tail: join(sequence, begun).slice(), cols: terminal.cols, rows: terminal.rows });
      });
    },
    close() {
      terminal.dispose();
    },
  };
}

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => (a.length === 0 ? b : Buffer.concat([a, b]));

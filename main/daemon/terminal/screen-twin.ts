/** Owns one screen beside a PTY: it reads what the program prints and can say at any byte what a terminal would show. It never answers. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless from "@xterm/headless";
import { agentWord } from "../../../shared/protocol/agent-words.ts";
import { TERMINAL_SCROLLBACK_LINES } from "../../../shared/protocol/wire.ts";
import { incompleteUtf8 } from "../../../shared/text/incomplete-utf8.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { MAX_TAIL_BYTES, openSequence, skipString } from "./open-sequence.ts";
import { isInSequence } from "./screen-core.ts";
import type { Notice, Snapshot } from "./screen-messages.ts";
import { serializeScreen } from "./serialize-screen.ts";

export const MAX_TITLE_CHARACTERS = 256;
const MAX_NOTICE_CHARACTERS = 120;

export interface ScreenTwin {
  /** `parsed` is called once these bytes are on the screen; until then they must not change. `rest`: there is time. */
  write(bytes: Uint8Array, rest: boolean, parsed: () => void): void;
  resize(cols: number, rows: number): void;
  /** Called back with the state after everything written before. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  close(): void;
}

export interface ScreenTwinOptions {
  cols: number;
  rows: number;
  onTitle(title: string): void;
  onNotice(notice: Notice): void;
}

/** Bytes given to the parser at once. */
const BATCH_BYTES = 256 * 1024;
const NOTHING = new Uint8Array(0);

interface Step {
  bytes: Uint8Array | undefined;
  rest: boolean;
  done(): void;
}

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
  const steps: Step[] = [];
  let busy = false;
  let resting: NodeJS.Timeout | undefined;
  /** The escape sequence and the character that the bytes so far leave unfinished. */
  let sequence: Uint8Array = NOTHING;
  let character: Uint8Array = NOTHING;

  // What xterm would answer (onData) has no listener: nothing that a program prints comes back to it as input.
  terminal.onTitleChange((text) => {
    const short = oneLine(text, MAX_TITLE_CHARACTERS);
    if (short === title) return;
    title = short;
    options.onTitle(title);
  });
  terminal.onBell(() => options.onNotice({ kind: "bell" }));
  const notify = (text: string) =>
    options.onNotice({ kind: "notification", text: oneLine(text, MAX_NOTICE_CHARACTERS) });
  terminal.parser.registerOscHandler(9, (data) => {
    // `9;<number>` are ConEmu's commands (progress and others); plain text is a notification.
    if (!/^\d+(;|$)/.test(data)) notify(data);
    return false;
  });
  terminal.parser.registerOscHandler(777, (data) => {
    const word = agentWord(data);
    if (word !== undefined) options.onNotice({ kind: word });
    else if (data.startsWith("notify;")) notify(data.slice("notify;".length).replace(";", ": "));
    return false;
  });

  /** Feeds what waits, in order: bytes together up to a batch, other steps alone. */
  function proceed(): void {
    for (let step = steps[0]; !busy && step !== undefined; step = steps[0]) {
      if (step.bytes === undefined) {
        steps.shift();
        step.done();
      } else feed();
    }
  }

  function wake(): void {
    clearTimeout(resting);
    resting = undefined;
    proceed();
  }

  function feed(): void {
    const begun = performance.now();
    const done: (() => void)[] = [];
    const pieces: Uint8Array[] = [character];
    let length = 0;
    let rest = false;
    for (let step = steps[0]; step?.bytes !== undefined && length < BATCH_BYTES; step = steps[0]) {
      steps.shift();
      pieces.push(step.bytes);
      done.push(step.done);
      rest = step.rest;
      length += step.bytes.length;
    }
    const all = Buffer.concat(pieces);
    character = all.subarray(all.length - incompleteUtf8(all));
    const whole = all.subarray(0, all.length - character.length);
    const bytes = sequence.length < MAX_TAIL_BYTES ? whole : skipString(whole);
    busy = true;
    terminal.write(bytes, () => {
      busy = false;
      sequence = isInSequence(terminal) ? openSequence(Buffer.concat([sequence, bytes])) : NOTHING;
      for (const call of done) call();
      // While output floods, the people who watch it come first: the screen takes a third of a core.
      if (rest) resting = setTimeout(wake, (performance.now() - begun) * 2);
      else proceed();
    });
  }

  function next(step: Step): void {
    steps.push(step);
    if (resting === undefined || !step.rest) wake();
  }

  return {
    write: (bytes, rest, parsed) => next({ bytes, rest, done: parsed }),
    resize: (cols, rows) => next({ bytes: undefined, rest: false, done: () => terminal.resize(cols, rows) }),
    snapshot(then) {
      const done = () => {
        const tail = Buffer.concat([sequence, character]);
        then({ data: serializeScreen(terminal, title), tail, cols: terminal.cols, rows: terminal.rows });
      };
      next({ bytes: undefined, rest: false, done });
    },
    close() {
      clearTimeout(resting);
      terminal.dispose();
    },
  };
}

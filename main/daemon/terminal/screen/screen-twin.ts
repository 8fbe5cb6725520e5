/** One screen beside a PTY: it reads what the program prints and can say at any byte what a terminal would show. It answers the program while nobody else does. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import headless from "@xterm/headless";
import type { TerminalColours } from "../../../../shared/protocol/terminal-colours.ts";
import { TERMINAL_SCROLLBACK_LINES } from "../../../../shared/protocol/wire.ts";
import { isPrompt } from "../../../../shared/terminal/read-prompt.ts";
import { incompleteUtf8 } from "../../../../shared/text/incomplete-utf8.ts";
import { oneLine } from "../../../../shared/text/visible.ts";
import { isAutomaticReply } from "../viewers/read-viewer-message.ts";
import { hearProgram, type ProgramHearing } from "./hear-program.ts";
import { createHeldOutput } from "./held-output.ts";
import { createLineMarks } from "./line-marks.ts";
import { MAX_TAIL_BYTES, openSequence, skipString } from "./open-sequence.ts";
import { skipScrolled } from "./plain-scroll.ts";
import { createProgramColours } from "./program-colours.ts";
import { isInSequence, scrollsPlainly } from "./screen-core.ts";
import type { ReadText, Snapshot } from "./screen-messages.ts";
import { screenText } from "./screen-text.ts";
import { serializeScreen } from "./serialize-screen.ts";

export const MAX_TITLE_CHARACTERS = 256;

export interface ScreenTwin {
  /** `taken` is called once these bytes are needed no longer; until then they must not change. */
  write(bytes: Uint8Array, taken: () => void): void;
  resize(cols: number, rows: number): void;
  /** Called back with the state after everything written before. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  /** Called back with its text after everything written before; `lines`: so many from the end, without it what is on the screen. */
  text(lines: number | undefined, then: (read: ReadText) => void): void;
  /** Keeps the line in which the cursor is, after everything written before, as that of an offset in the output. */
  mark(offset: number): void;
  /** Whether it answers what the program asks behind everything written before. At first it does not. */
  answers(on: boolean): void;
  /** The person's own, in answers to who asks for them. */
  colours(colours: TerminalColours): void;
  close(): void;
}

export interface ScreenTwinOptions extends ProgramHearing {
  cols: number;
  rows: number;
  onTitle(title: string): void;
  /** What a terminal answers without its viewer. */
  onAnswer(text: string): void;
}

/** Bytes given to the parser at once. */
const BATCH_BYTES = 256 * 1024;
/**
 * Less than this is printed at once. More is a flood, which nobody reads: it is held until it pauses for so long, or was held for
 * so long, or has become so much, because most of it will have scrolled out of sight by then and can be left out.
 */
const FLOOD_BYTES = 64 * 1024;
const PAUSE_MS = 30;
const HOLD_MS = 1_000;
const HELD_BYTES = 2 * 1024 * 1024;
/** Line ends after which nothing of what was before is left, wherever the cursor stood: a screen to its end, and all rows. */
const linesOfAll = (rows: number) => TERMINAL_SCROLLBACK_LINES + 2 * rows;
const NOTHING = new Uint8Array(0);

/** Output, or something to do behind it. */
type Step = { bytes: Uint8Array; taken(): void } | { act(): void };

export function createScreenTwin(options: ScreenTwinOptions): ScreenTwin {
  const terminal = new headless.Terminal({
    cols: options.cols,
    rows: options.rows,
    scrollback: TERMINAL_SCROLLBACK_LINES,
    allowProposedApi: true,
    logLevel: "off",
  });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  const marks = createLineMarks(terminal);
  const prompts = createLineMarks(terminal);
  let promptCount = 0;
  terminal.parser.registerOscHandler(133, (data) => {
    if (!isPrompt(data)) return false;
    promptCount += 1;
    prompts.set(promptCount);
    return false;
  });
  let title = "";
  /** Taken over and not printed, and what follows it. */
  const held = createHeldOutput();
  const steps: Step[] = [];
  /** How many steps are to be done, not printed. */
  let acts = 0;
  let busy = false;
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = 0;
  /** Bytes of what is held that are to be printed without waiting. */
  let released = 0;
  /** Bytes of what is held that are known to scroll plainly. */
  let plain = 0;
  /** The escape sequence that the bytes printed so far leave unfinished. */
  let sequence: Uint8Array = NOTHING;

  let answering = false;
  /** Nothing else that a program prints comes back to it as input. */
  function answer(text: string): void {
    if (answering && isAutomaticReply(Buffer.from(text))) options.onAnswer(text);
  }
  terminal.onData(answer);
  const colours = createProgramColours(terminal, answer);
  terminal.onTitleChange((text) => {
    const short = oneLine(text, MAX_TITLE_CHARACTERS);
    if (short === title) return;
    title = short;
    options.onTitle(title);
  });
  hearProgram(terminal, options);

  function take(): void {
    for (let step = steps[0]; step !== undefined && "bytes" in step && held.length < HELD_BYTES; step = steps[0]) {
      steps.shift();
      held.append(step.bytes);
      step.taken();
    }
  }

  /** Does what can be done now: prints a batch, or what was asked for behind the output so far, or waits for more. */
  function proceed(): void {
    while (!busy) {
      take();
      const whole = held.whole();
      if (whole === 0) {
        const [step] = steps;
        if (step === undefined || !("act" in step)) return;
        steps.shift();
        acts -= 1;
        step.act();
      } else if (released > 0) print();
      else if (acts > 0 || whole < FLOOD_BYTES || whole >= HELD_BYTES) release();
      else {
        hold();
        return;
      }
    }
  }

  function hold(): void {
    if (timer !== undefined) return;
    const until = performance.now() + HOLD_MS;
    const look = () => {
      const now = performance.now();
      timer = undefined;
      if (now < until && now - writtenAt < PAUSE_MS) timer = setTimeout(look, PAUSE_MS);
      else {
        release();
        proceed();
      }
    };
    timer = setTimeout(look, PAUSE_MS);
  }

  /** Lets everything that is held be printed, without what nobody could see; more of a flood goes on being held. */
  function release(): void {
    if (busy) return;
    const before = held.length;
    if (before > BATCH_BYTES && sequence.length === 0 && scrollsPlainly(terminal)) {
      const skip = skipScrolled(held.view(), linesOfAll(terminal.rows), plain);
      if (skip !== undefined) {
        held.skip(skip);
        plain = skip.plain;
      }
    }
    // Forced by its size alone, and now small again: there is no hurry.
    const enough = acts === 0 && before >= HELD_BYTES && held.length < (HELD_BYTES * 3) / 4;
    if (!enough) released = held.whole();
  }

  function print(): void {
    const most = held.view().subarray(0, Math.min(released, BATCH_BYTES));
    const whole = held.take(most.length < released ? most.length - incompleteUtf8(most) : released);
    released -= whole.length;
    plain = 0;
    const bytes = sequence.length < MAX_TAIL_BYTES ? whole : skipString(whole);
    busy = true;
    terminal.write(bytes, () => {
      busy = false;
      sequence = isInSequence(terminal) ? openSequence(Buffer.concat([sequence, bytes])) : NOTHING;
      proceed();
    });
  }

  function act(todo: () => void): void {
    steps.push({ act: todo });
    acts += 1;
    proceed();
  }

  return {
    write(bytes, taken) {
      steps.push({ bytes, taken });
      writtenAt = performance.now();
      proceed();
    },
    resize: (cols, rows) => act(() => terminal.resize(cols, rows)),
    snapshot(then) {
      act(() => {
        const tail = Buffer.concat([sequence, held.view()]);
        then({
          data: colours.sequences() + serializeScreen(terminal, title),
          tail,
          cols: terminal.cols,
          rows: terminal.rows,
          marks: marks.list(),
          prompts: prompts.list().map(([, fromEnd]) => fromEnd),
        });
      });
    },
    text: (lines, then) =>
      act(() => then({ text: screenText(terminal, lines), pastes: terminal.modes.bracketedPasteMode })),
    mark: (offset) => act(() => marks.set(offset)),
    answers: (on) =>
      act(() => {
        answering = on;
      }),
    colours: colours.theme,
    close() {
      clearTimeout(timer);
      terminal.dispose();
    },
  };
}

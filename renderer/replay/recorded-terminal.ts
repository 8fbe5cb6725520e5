/** The terminal as it was at a moment: drawn by the terminal of the product, as large as its place allows. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import { MINIMUM_CONTRAST, type ThemeName, terminalTheme } from "../theme/terminal-theme.ts";
import type { Recording } from "./read-file.ts";

/** What is written at once on the way to a moment. */
const WRITE_CHARACTERS = 1_000_000;
const FONT = '"JetBrains Mono Variable", "Signalbox Box Drawing", ui-monospace, "DejaVu Sans Mono", monospace';
/** How wide and high a character is, in parts of its font's size. */
const CELL = { width: 0.6, height: 1.32 };
const LETTERS = { smallest: 7, largest: 14 };
const PADDING = 20;

export interface RecordedTerminal {
  seek(ms: number): void;
  setTheme(name: ThemeName): void;
}

export function drawTerminal(place: HTMLElement, { size, steps }: Recording): RecordedTerminal {
  const terminal = new Terminal({
    ...{ cols: size.cols, rows: size.rows, scrollback: 10_000, disableStdin: true, allowProposedApi: true },
    ...{ fontFamily: FONT, fontSize: 13, drawBoldTextInBrightColors: false, cursorInactiveStyle: "outline" },
    // Nothing leaves the page, links neither.
    linkHandler: { activate() {} },
  });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.open(place);
  terminal.textarea?.setAttribute("tabindex", "-1");

  const fitLetters = () => {
    const wide = (place.clientWidth - PADDING) / (terminal.cols * CELL.width);
    const high = (place.clientHeight - PADDING) / (terminal.rows * CELL.height);
    const fitting = Math.floor(Math.min(wide, high) * 4) / 4;
    terminal.options.fontSize = Math.min(LETTERS.largest, Math.max(LETTERS.smallest, fitting));
  };
  new ResizeObserver(fitLetters).observe(place);

  let now = 0;
  let shown = 0;
  let drawing = false;

  /** Going back means from the beginning; whoever drags on meanwhile is caught up with at the end. */
  async function draw(): Promise<void> {
    if (drawing) return;
    drawing = true;
    for (;;) {
      const last = steps[shown - 1];
      if (last !== undefined && last[0] > now) {
        shown = 0;
        terminal.reset();
        terminal.resize(size.cols, size.rows);
      }
      let text = "";
      let resized: RegExpExecArray | null = null;
      for (let step = steps[shown]; step !== undefined && step[0] <= now; step = steps[shown]) {
        shown += 1;
        if (step[1] === "o") text += step[2];
        if (step[1] === "r") resized = /^(\d+)x(\d+)$/.exec(step[2]);
        if (resized !== null || text.length > WRITE_CHARACTERS) break;
      }
      if (text === "" && resized === null) break;
      await new Promise<void>((resolve) => terminal.write(text, resolve));
      if (resized !== null) terminal.resize(Number(resized[1]), Number(resized[2]));
      if (resized !== null) fitLetters();
    }
    drawing = false;
  }

  return {
    seek(ms) {
      now = ms;
      void draw();
    },
    setTheme(name) {
      terminal.options.theme = terminalTheme(name);
      terminal.options.minimumContrastRatio = name === "contrast" ? 7 : MINIMUM_CONTRAST;
    },
  };
}

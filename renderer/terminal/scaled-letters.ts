/** Makes a terminal's letters so small that a screen of another viewer's size is seen whole, and the usual ones again for one's own. */
import type { Terminal } from "@xterm/xterm";

/** Smaller than this nobody reads: the rest is scrolled to, from the newest line on. */
const SMALLEST = 4;
const STEP = 0.25;

export interface ScaledLetters {
  /** The usual size of the letters, in pixels. */
  usual(): number;
  /** The looks have given the terminal another usual size. */
  adopt(): void;
  /** To be called when the size of the screen or the room for it is another. `foreign`: the size is not this viewer's own. */
  fit(foreign: boolean): void;
}

/** `element` is in the room that the terminal has, and fills it. */
export function createScaledLetters(terminal: Terminal, element: HTMLElement): ScaledLetters {
  let usual = terminal.options.fontSize ?? 13;
  const set = (size: number): void => {
    if (terminal.options.fontSize !== size) terminal.options.fontSize = size;
  };

  function screen(): { width: number; height: number } {
    const drawn = element.querySelector<HTMLElement>(".xterm-screen");
    return { width: drawn?.offsetWidth ?? 0, height: drawn?.offsetHeight ?? 0 };
  }

  /** By how much the screen is too large for the room; 1 when it fits. */
  function excess(): number {
    const { width, height } = screen();
    const ruler = terminal.options.overviewRuler?.width ?? 0;
    return Math.max(1, width / Math.max(1, element.clientWidth - ruler), height / Math.max(1, element.clientHeight));
  }

  return {
    usual: () => usual,
    adopt() {
      usual = terminal.options.fontSize ?? usual;
    },
    fit(foreign) {
      const room = element.parentElement;
      if (room === null || element.clientWidth === 0) return;
      set(usual);
      const over = foreign ? excess() : 1;
      if (over > 1) set(Math.max(SMALLEST, Math.floor(usual / over / STEP) * STEP));
      // Cells are whole pixels of the device, so one step more may be needed.
      while (foreign && excess() > 1 && (terminal.options.fontSize ?? 0) > SMALLEST) {
        set((terminal.options.fontSize ?? SMALLEST) - STEP);
      }
      const cut = foreign && excess() > 1;
      room.toggleAttribute("data-cut", cut);
      if (cut) room.scrollTop = room.scrollHeight;
    },
  };
}

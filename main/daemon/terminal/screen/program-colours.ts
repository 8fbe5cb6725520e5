/**
 * The colours of one screen: the person's, those that its program has set instead (OSC 4, 10, 11, 12), and the answers
 * to a program that asks for them (xterm's "Operating System Commands").
 */
import type { Terminal } from "@xterm/headless";
import { DARK_TERMINAL, type TerminalColours } from "../../../../shared/protocol/terminal-colours.ts";
import { type ColourRequest, onColours, type Rgb } from "./screen-core.ts";

export interface ProgramColours {
  /** The person's own, from now on. */
  theme(colours: TerminalColours): void;
  /** Sets what the program has set, on a terminal that may still have what an earlier one set; empty when it never set any. */
  sequences(): string;
}

/** Behind the 256 of the palette, in xterm's numbers. */
const SPECIAL = [10, 11, 12] as const;
const PALETTE = 256;
const RESTORE = "\u001b]104\u0007\u001b]110\u0007\u001b]111\u0007\u001b]112\u0007";

export function createProgramColours(terminal: Terminal, answer: (text: string) => void): ProgramColours {
  let person = DARK_TERMINAL;
  const set = new Map<number, Rgb>();
  let touched = false;

  function take(request: ColourRequest): void {
    if (request.kind === "ask") {
      const value = set.get(request.index) ?? usual(request.index, person);
      if (value !== undefined) answer(`\u001b]${name(request.index)};rgb:${value.map(double).join("/")}\u001b\\`);
      return;
    }
    touched = true;
    if (request.kind === "set") set.set(request.index, request.value);
    else if (request.index !== undefined) set.delete(request.index);
    else for (const index of set.keys()) if (index < PALETTE) set.delete(index);
  }
  onColours(terminal, take);

  return {
    theme(colours) {
      person = colours;
    },
    sequences() {
      if (!touched) return "";
      return (
        RESTORE + [...set].map(([index, value]) => `\u001b]${name(index)};#${value.map(hex).join("")}\u0007`).join("")
      );
    },
  };
}

/** How a sequence names a colour: `4;<number>`, or a number of its own. */
const name = (index: number): string => (index < PALETTE ? `4;${index}` : String(SPECIAL[index - PALETTE]));
const hex = (part: number): string => part.toString(16).padStart(2, "0");
/** Eight bits as X11's sixteen. */
const double = (part: number): string => hex(part).repeat(2);

function usual(index: number, person: TerminalColours): Rgb | undefined {
  const [foreground, background, cursor] = [PALETTE, PALETTE + 1, PALETTE + 2];
  if (index === foreground) return parse(person.foreground);
  if (index === background) return parse(person.background);
  if (index === cursor) return parse(person.cursor);
  const named = person.named[index];
  if (named !== undefined) return parse(named);
  if (index >= PALETTE) return undefined;
  // The cube of 6 × 6 × 6, then 24 greys.
  if (index >= 232) return [8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10];
  const level = (step: number): number => (step % 6 === 0 ? 0 : 55 + (step % 6) * 40);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube)];
}

function parse(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

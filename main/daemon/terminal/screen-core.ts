/**
 * Owns the reading of what xterm keeps to itself: parser, cursor and mode state without which a snapshot would not be
 * exact. Each value is checked where it is read, so that another xterm version gives defaults instead of nonsense.
 */
import type { Terminal } from "@xterm/headless";

export interface CoreState {
  /** In the middle of an escape sequence. */
  inSequence: boolean;
  /** In the middle of a UTF-8 character. */
  inCharacter: boolean;
  /** A following combining character would join the last one printed. */
  joins: boolean;
  cursorHidden: boolean;
  /** Parameter of DECSCUSR, 0 for the default. */
  cursorStyle: number;
  /** Mouse reports as SGR (1006) or SGR pixels (1016). */
  mouseEncoding: 0 | 1006 | 1016;
  /** Scroll region, from 0; the whole screen when both are undefined. */
  scrollTop: number | undefined;
  scrollBottom: number | undefined;
  /** DECSC's position on the screen, from 0. */
  savedX: number;
  savedY: number;
  /** Which of G0…G3 is in use, and which of them draw lines. */
  charsetLevel: number;
  lineDrawing: boolean[];
}

export function readCoreState(terminal: Terminal): CoreState {
  const core = inner(terminal, "_core");
  const input = inner(core, "_inputHandler");
  const parser = inner(input, "_parser");
  const service = inner(core, "coreService");
  const buffer = inner(input, "_activeBuffer");
  const charsets = inner(core, "_charsetService");
  const interim = inner(inner(input, "_utf8Decoder"), "interim");
  const encoding = inner(inner(core, "coreMouseService"), "_activeEncoding");
  const top = number(inner(buffer, "scrollTop"), 0);
  const bottom = number(inner(buffer, "scrollBottom"), terminal.rows - 1);
  const whole = top === 0 && bottom === terminal.rows - 1;
  const tables = inner(charsets, "_charsets");
  return {
    inSequence: number(inner(parser, "currentState"), 0) !== 0,
    inCharacter: interim instanceof Uint8Array && interim[0] !== 0,
    joins: number(inner(parser, "precedingJoinState"), 0) !== 0,
    cursorHidden: inner(service, "isCursorHidden") === true,
    cursorStyle: cursorStyle(inner(service, "decPrivateModes")),
    mouseEncoding: encoding === "SGR" ? 1006 : encoding === "SGR_PIXELS" ? 1016 : 0,
    scrollTop: whole ? undefined : top,
    scrollBottom: whole ? undefined : bottom,
    savedX: number(inner(buffer, "savedX"), 0),
    savedY: Math.max(0, number(inner(buffer, "savedY"), 0) - number(inner(buffer, "ybase"), 0)),
    charsetLevel: number(inner(charsets, "glevel"), 0),
    lineDrawing: Array.isArray(tables) ? Array.from(tables, drawsLines) : [],
  };
}

/** DECSCUSR: 1 and 2 block, 3 and 4 underline, 5 and 6 bar; odd ones blink. */
function cursorStyle(modes: unknown): number {
  const style = inner(modes, "cursorStyle");
  const base = style === "block" ? 1 : style === "underline" ? 3 : style === "bar" ? 5 : 0;
  if (base === 0) return 0;
  return inner(modes, "cursorBlink") === true ? base : base + 1;
}

/** The table of DEC special graphics turns `q` into a line. */
const drawsLines = (table: unknown): boolean => inner(table, "q") === "\u2500";

function inner(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}

const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

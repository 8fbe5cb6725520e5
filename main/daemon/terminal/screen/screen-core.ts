/**
 * Reads what xterm keeps to itself: parser, cursor and cell state without which a snapshot would not be
 * exact. Each value is checked where it is read, so that another xterm version gives defaults instead of nonsense.
 */
import type { Terminal } from "@xterm/headless";
import { type Attributes, COLOUR_BITS, PLAIN } from "./pen.ts";

export interface CoreState {
  /** A following combining character would join the last one printed. */
  joins: boolean;
  cursorHidden: boolean;
  /** Parameter of DECSCUSR, 0 for the default. */
  cursorStyle: number;
  /** Mouse reports as SGR (1006) or SGR pixels (1016). */
  mouseEncoding: 0 | 1006 | 1016;
  /** Scroll region, from 0. */
  scrollTop: number;
  scrollBottom: number;
  /** Columns with a tab stop. */
  tabs: number[];
  /** Attributes of what will be printed next. */
  pen: Attributes;
  /** What DECSC saved on the present screen, and on the normal one. */
  saved: SavedCursor;
  savedNormal: SavedCursor;
  /** Which of G0…G3 is in use, and those that draw lines. */
  charsetLevel: number;
  lineDrawing: number[];
  link(id: number): { id?: string; uri: string } | undefined;
}

export interface SavedCursor {
  x: number;
  /** Row on the screen, from 0. */
  y: number;
  pen: Attributes;
}

/** Bit of a cell's background word: it has extended attributes. */
const HAS_EXTENDED = 0x10000000;
/** Underline style and colour; the rest is a marker of its own. */
const EXTENDED_BITS = 0x1fffffff;
const UNDERLINE = 0x10000000;
/** Both bits set: a 24-bit colour. */
const COLOUR_MODE = 0x3000000;

export type Rgb = readonly [number, number, number];

/** `index`: 0 to 255 of the palette, then foreground, background and cursor; none for the whole palette. */
export type ColourRequest =
  | { kind: "ask"; index: number }
  | { kind: "set"; index: number; value: Rgb }
  | { kind: "restore"; index: number | undefined };

/** What a program asks of the terminal's colours. xterm parses it, and leaves the rest to whoever draws. */
export function onColours(terminal: Terminal, listener: (request: ColourRequest) => void): void {
  const listen = inner(inner(inner(terminal, "_core"), "_inputHandler"), "onColor");
  if (typeof listen !== "function") return;
  listen((requests: unknown) => {
    if (!Array.isArray(requests)) return;
    for (const request of requests) {
      const index = inner(request, "index");
      const [red, green, blue] = ["0", "1", "2"].map((part) => number(inner(inner(request, "color"), part), -1));
      const kind = (["ask", "set", "restore"] as const)[number(inner(request, "type"), -1)];
      if (kind === "restore") listener({ kind, index: typeof index === "number" ? index : undefined });
      else if (kind === "ask" && typeof index === "number") listener({ kind, index });
      else if (kind === "set" && typeof index === "number" && isPart(red) && isPart(green) && isPart(blue)) {
        listener({ kind, index, value: [red, green, blue] });
      }
    }
  });
}

const isPart = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 255;

/** Whether the parser is in the middle of an escape sequence. */
export function isInSequence(terminal: Terminal): boolean {
  const parser = inner(inner(inner(terminal, "_core"), "_inputHandler"), "_parser");
  return number(inner(parser, "currentState"), 0) !== 0;
}

/** Whether a line end at the bottom moves all rows up into the scrollback, and whatever only concerns a line stays in it. */
export function scrollsPlainly(terminal: Terminal): boolean {
  const buffer = inner(inner(inner(terminal, "_core"), "_inputHandler"), "_activeBuffer");
  const whole = inner(buffer, "scrollTop") === 0 && inner(buffer, "scrollBottom") === terminal.rows - 1;
  return whole && terminal.buffer.active.type === "normal" && !terminal.modes.reverseWraparoundMode;
}

export function readCoreState(terminal: Terminal): CoreState {
  const core = inner(terminal, "_core");
  const input = inner(core, "_inputHandler");
  const service = inner(core, "coreService");
  const buffer = inner(input, "_activeBuffer");
  const buffers = inner(inner(core, "_bufferService"), "buffers");
  const charsets = inner(core, "_charsetService");
  const encoding = inner(inner(core, "coreMouseService"), "_activeEncoding");
  const tables = inner(charsets, "_charsets");
  const tabs = inner(buffer, "tabs");
  const charsetLevel = number(inner(charsets, "glevel"), 0);
  return {
    joins: number(inner(inner(input, "_parser"), "precedingJoinState"), 0) !== 0,
    cursorHidden: inner(service, "isCursorHidden") === true,
    cursorStyle: cursorStyle(inner(service, "decPrivateModes")),
    mouseEncoding: encoding === "SGR" ? 1006 : encoding === "SGR_PIXELS" ? 1016 : 0,
    scrollTop: number(inner(buffer, "scrollTop"), 0),
    scrollBottom: number(inner(buffer, "scrollBottom"), terminal.rows - 1),
    tabs:
      typeof tabs === "object" && tabs !== null
        ? Object.keys(tabs)
            .filter((x) => inner(tabs, x))
            .map(Number)
        : [],
    pen: readPen(inner(input, "_curAttrData")),
    saved: savedCursor(buffer, terminal.cols),
    savedNormal: savedCursor(inner(buffers, "normal"), terminal.cols),
    charsetLevel,
    lineDrawing: Array.isArray(tables)
      ? [0, 1, 2, 3].filter((level) => drawsLines(level === charsetLevel ? inner(charsets, "charset") : tables[level]))
      : [],
    link: (id) => linkData(inner(inner(core, "_oscLinkService"), "_dataByLinkId"), id),
  };
}

/** The attributes of a cell. Called for each cell of a snapshot, so it reads little. */
export function readAttributes(cell: unknown): Attributes {
  return readPen(cell, HAS_EXTENDED);
}

/** A pen keeps its underline colour before it underlines; what a reused cell object keeps is another cell's. */
function readPen(source: unknown, required = 0): Attributes {
  if (typeof source !== "object" || source === null || !("fg" in source) || !("bg" in source)) return PLAIN;
  if (typeof source.fg !== "number" || typeof source.bg !== "number") return PLAIN;
  const fg = cleanColour(source.fg);
  const bg = cleanColour(source.bg);
  if ((bg & required) !== required) return { fg, bg, ext: 0, link: 0 };
  const extended = inner(source, "extended");
  const ext = cleanColour(number(inner(extended, "_ext"), 0) & EXTENDED_BITS);
  // DECRC restores the flags and forgets what extends them; the flags count.
  const style = fg & UNDERLINE ? ext & ~COLOUR_BITS : 0;
  const link = bg & HAS_EXTENDED ? number(inner(extended, "_urlId"), 0) : 0;
  return { fg, bg, ext: style | (ext & COLOUR_BITS), link };
}

/** A palette colour may stand on the remains of an earlier 24-bit one. */
const cleanColour = (word: number): number => ((word & COLOUR_MODE) === COLOUR_MODE ? word : word & ~0xffff00);

function savedCursor(buffer: unknown, cols: number): SavedCursor {
  return {
    x: Math.min(number(inner(buffer, "savedX"), 0), cols - 1),
    y: Math.max(0, number(inner(buffer, "savedY"), 0) - number(inner(buffer, "ybase"), 0)),
    pen: readPen(inner(buffer, "savedCurAttrData")),
  };
}

function linkData(links: unknown, id: number): { id?: string; uri: string } | undefined {
  const data = links instanceof Map ? inner(links.get(id), "data") : undefined;
  const uri = inner(data, "uri");
  const name = inner(data, "id");
  if (typeof uri !== "string") return undefined;
  return typeof name === "string" ? { id: name, uri } : { uri };
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

/** The writing of cell attributes (SGR, OSC 8), and only where they change. The bits are those of xterm's cells. */

/** Attributes of a cell as xterm stores them. */
export interface Attributes {
  /** Colour mode and colour in the lower 26 bits; inverse, bold, underline, blink, invisible, strikethrough above. */
  fg: number;
  /** Colour mode and colour; italic, dim, extended, protected, overline. */
  bg: number;
  /** Underline style and colour; 0 when the cell has no extended attributes. */
  ext: number;
  /** Number of its hyperlink; 0 for none. */
  link: number;
}

export const PLAIN: Attributes = { fg: 0, bg: 0, ext: 0, link: 0 };
/** Colour and mode without flags: all that an erased cell keeps of its background. */
export const COLOUR_BITS = 0x3ffffff;

const [MODE, RGB, PALETTE_256, PALETTE_16] = [0x3000000, 0x3000000, 0x2000000, 0x1000000];
const [INVERSE, BOLD, UNDERLINE, BLINK, INVISIBLE, STRIKE] = [
  0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80000000,
];
const [ITALIC, DIM, OVERLINE] = [0x4000000, 0x8000000, 0x40000000];
/** What of `bg` is visible: not whether extended attributes exist, nor protection. */
const BG_BITS = COLOUR_BITS | ITALIC | DIM | OVERLINE;
const UNDERLINE_STYLE_SHIFT = 26;

export interface Pen {
  /** The sequences that change the present attributes into these; empty when they are the same. */
  set(to: Attributes): string;
  /** A sequence that changes nothing. What follows it does not join the character before it. */
  again(): string;
}

/** `link` gives the OSC 8 parameters and address of a hyperlink. Starts as a terminal does: plain. */
export function createPen(link: (id: number) => { id?: string; uri: string } | undefined): Pen {
  let now = PLAIN;
  return {
    set(to) {
      let out = "";
      if (to.fg !== now.fg || (to.bg & BG_BITS) !== (now.bg & BG_BITS) || to.ext !== now.ext) out = sgr(to);
      if (to.link !== now.link) {
        const target = to.link === 0 ? undefined : link(to.link);
        out += target === undefined ? "\u001b]8;;\u0007" : hyperlink(target);
      }
      now = { ...to };
      return out;
    },
    again: () => sgr(now),
  };
}

function hyperlink({ id, uri }: { id?: string; uri: string }): string {
  return `\u001b]8;${id === undefined ? "" : `id=${id}`};${uri}\u0007`;
}

/** ECMA-48 8.3.117, and ISO 8613-6 colours with colons where underlines need them. Complete, from a reset on. */
export function sgr({ fg, bg, ext }: Attributes): string {
  const codes: (number | string)[] = [0];
  if (fg & BOLD) codes.push(1);
  if (bg & DIM) codes.push(2);
  if (bg & ITALIC) codes.push(3);
  const style = (ext >>> UNDERLINE_STYLE_SHIFT) & 7;
  if (style > 1) codes.push(`4:${style}`);
  else if (style === 1 || fg & UNDERLINE) codes.push(4);
  if (fg & BLINK) codes.push(5);
  if (fg & INVERSE) codes.push(7);
  if (fg & INVISIBLE) codes.push(8);
  if (fg & STRIKE) codes.push(9);
  if (bg & OVERLINE) codes.push(53);
  pushColour(codes, fg, 30);
  pushColour(codes, bg, 40);
  if ((ext & MODE) === RGB) codes.push(`58:2::${(ext >>> 16) & 255}:${(ext >>> 8) & 255}:${ext & 255}`);
  else if (ext & MODE) codes.push(`58:5:${ext & 255}`);
  return `\u001b[${codes.join(";")}m`;
}

function pushColour(codes: (number | string)[], bits: number, base: number): void {
  const mode = bits & MODE;
  if (mode === RGB) codes.push(base + 8, 2, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  else if (mode === PALETTE_256) codes.push(base + 8, 5, bits & 255);
  else if (mode === PALETTE_16) codes.push((bits & 8 ? base + 60 : base) + (bits & 7));
}

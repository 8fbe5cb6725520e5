/**
 * What a screen that is far behind may leave out: lines that scroll out of sight before anybody can see them. Only of
 * output that scrolls plainly, so that what is left gives the same screen, scrollback, colours, modes and titles.
 */

export interface Skip {
  /** Bytes at the beginning that need not be printed. */
  bytes: number;
  /** What is to be printed instead of them: the sequences in them that set something which stays. */
  keep: Buffer;
  /** How many bytes of what is left then, what is kept included, need not be looked at again. */
  plain: number;
}

const [BEL, LF, CR, SO, SI, ESC] = [0x07, 0x0a, 0x0d, 0x0e, 0x0f, 0x1b];
const [BRACKET, OSC, QUESTION, BACKSLASH, SGR, LINK] = [0x5b, 0x5d, 0x3f, 0x5c, 0x6d, 0x38];
/** Final bytes of CSI sequences that change nothing but the line that the cursor is on, or the pen: ICH, CUF, CUB, CHA, EL, DCH, ECH, SGR. */
const IN_LINE = new Set([..."@CDGKPXm"].map((final) => final.charCodeAt(0)));
/** DEC private modes that have nothing to do with places: keys, cursor shape, mouse, focus, paste, synchronised output. */
const PLACELESS = new Set(["1", "9", "12", "25", "66", "1000", "1002", "1003", "1004", "1006", "1016", "2004", "2026"]);

/** Characters of a list of modes; a longer one is not plain. */
const MAX_MODES = 64;

/**
 * Looks from the beginning of `bytes`, as far as they scroll plainly. What comes before the last `lines` line ends there can be
 * skipped; undefined when there are fewer. Presumes that the terminal scrolls as a whole (`scrollsPlainly`). `plain`: as many
 * bytes are known to scroll plainly.
 */
export function skipScrolled(bytes: Uint8Array, lines: number, plain = 0): Skip | undefined {
  const end = plainUntil(bytes, plain);
  const start = lineFromEnd(bytes, end, lines);
  if (start <= 0) return undefined;
  const keep = lastingSequences(bytes.subarray(0, start));
  return { bytes: start, keep, plain: keep.length + end - start };
}

/** Index of the first byte of what is not plain, or not complete. */
function plainUntil(bytes: Uint8Array, from: number): number {
  const nextEscape = finder(bytes, ESC);
  // The first byte of the C1 controls in UTF-8, and of other characters.
  const nextC1 = finder(bytes, 0xc2);
  for (let at = from; ; ) {
    const esc = nextEscape(at);
    const c1 = nextC1(at);
    if (esc < c1) {
      at = plainSequenceEnd(bytes, esc);
      if (at === 0) return esc;
    } else if (c1 === bytes.length || (bytes[c1 + 1] ?? 0) < 0xa0) return c1;
    else at = c1 + 1;
  }
}

/** Gives the next index of `value` from an index on that never goes back; the length when there is none. Searching is the system's. */
function finder(bytes: Uint8Array, value: number): (from: number) => number {
  let next = -1;
  return (from) => {
    if (next < from) {
      const found = bytes.indexOf(value, from);
      next = found === -1 ? bytes.length : found;
    }
    return next;
  };
}

/** Index of the CR of the line end that has `lines - 1` others between itself and `end`; -1 when there is none. */
function lineFromEnd(bytes: Uint8Array, end: number, lines: number): number {
  let found = 0;
  for (let at = end; found < lines; found += 1) {
    do at = at > 0 ? bytes.lastIndexOf(LF, at - 1) : -1;
    while (at > 0 && bytes[at - 1] !== CR);
    if (at <= 0) return -1;
    if (found === lines - 1) return at - 1;
  }
  return -1;
}

/** Behind the escape sequence at `at`; 0 when it is not plain, or not complete. */
function plainSequenceEnd(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1] ?? 0;
  if (kind === BRACKET) return plainControlEnd(bytes, at + 2);
  if (kind === OSC) return stringEnd(bytes, at + 2);
  // Designation of a character set: ESC, one of `()*+`, its name.
  const name = bytes[at + 2] ?? 0;
  return kind >= 0x28 && kind <= 0x2b && name >= 0x30 && name < 0x7f ? at + 3 : 0;
}

function plainControlEnd(bytes: Uint8Array, from: number): number {
  const marked = bytes[from] === QUESTION;
  let at = marked ? from + 1 : from;
  for (let byte = bytes[at] ?? 0; byte >= 0x30 && byte <= 0x3b; byte = bytes[at] ?? 0) at += 1;
  const final = bytes[at] ?? 0;
  if (!marked) return IN_LINE.has(final) ? at + 1 : 0;
  if ((final !== 0x68 && final !== 0x6c) || at - from > MAX_MODES) return 0;
  const modes = String.fromCharCode(...bytes.subarray(from + 1, at)).split(";");
  return modes.every((mode) => PLACELESS.has(mode)) ? at + 1 : 0;
}

/** Behind the BEL or ST of an OSC; 0 when something else ends it. */
function stringEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === BEL) return at + 1;
    if (byte === ESC) return bytes[at + 1] === BACKSLASH ? at + 2 : 0;
    if (byte < 0x20 || (byte === 0xc2 && (bytes[at + 1] ?? 0) < 0xa0)) return 0;
  }
  return 0;
}

/** Of plain output: what sets the pen, modes, character sets, titles and links, and what calls a person; each at its last. */
function lastingSequences(bytes: Uint8Array): Buffer {
  const kept: Uint8Array[] = [];
  const latest = new Map<string, Uint8Array>();
  const pen: Uint8Array[] = [];
  const nextEscape = finder(bytes, ESC);
  const nextBell = finder(bytes, BEL);
  const nextOut = finder(bytes, SO);
  const nextIn = finder(bytes, SI);
  for (let end = 0; ; ) {
    const esc = nextEscape(end);
    const at = Math.min(esc, nextBell(end), nextOut(end), nextIn(end));
    if (at === bytes.length) break;
    end = at === esc ? plainSequenceEnd(bytes, at) : at + 1;
    const kind = at === esc ? bytes[at + 1] : undefined;
    const first = bytes[at + 2];
    const second = bytes[at + 3];
    if (kind === BRACKET && first !== QUESTION) {
      // Of these only SGR lasts; one that begins with a reset needs none before it.
      if (bytes[end - 1] !== SGR) continue;
      if (first === SGR || (first === 0x30 && (second === SGR || second === 0x3b))) pen.length = 0;
      pen.push(bytes.subarray(at, end));
      continue;
    }
    const sequence = bytes.subarray(at, end);
    if (kind === OSC && second === 0x3b && first === LINK) latest.set("link", sequence);
    else if (kind === OSC && second === 0x3b && (first === 0x30 || first === 0x32)) latest.set("title", sequence);
    else if (kind === OSC && isProgress(sequence)) latest.set("progress", sequence);
    else if (!sameBytes(kept.at(-1), sequence)) kept.push(sequence);
  }
  return Buffer.concat([...kept, ...latest.values(), ...pen]);
}

/** OSC 9;4. */
const isProgress = ([, , nine, semicolon, four, end]: Uint8Array): boolean =>
  nine === 0x39 && semicolon === 0x3b && four === 0x34 && end === 0x3b;

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;

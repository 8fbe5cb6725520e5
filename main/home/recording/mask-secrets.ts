/** Overwriting secrets in what a terminal printed, in place, so that every offset stays what it is. */
import { type SecretFinder, secretFinder } from "../../../shared/text/find-secrets.ts";
import { type ByteFinder, createByteFinder, roll, SHORTEST } from "./find-bytes.ts";

export interface Masked {
  /** All of the input, masked. */
  bytes: Buffer;
  /** The end of the input as it came, which may be the beginning of a secret: belongs before what comes next. */
  rest: Buffer;
  /** How many bytes at the end must not be shown yet, because too much of a secret stands in them; part of `rest`. */
  held: number;
}

export const MASK = "*".charCodeAt(0);
/** More than this is not kept for a secret that may be coming; in bytes. */
const MAX_REST = 64 * 1024;
/** So many first bytes of a secret tell nothing. They are shown: most texts end in the first letter of some secret. */
const HARMLESS = 3;
/** A secret of this length is also found where spaces and the lines of a box stand within it; a shorter one would hide words. */
const LONG = 20;

/**
 * Overwrites each secret in `bytes` by asterisks: in one piece, and also where escape sequences, line breaks or, for long
 * ones, spaces and box lines stand within it, as terminals wrap and colour it. Only its own characters are overwritten.
 */
export function maskSecrets(bytes: Buffer, secrets: readonly string[]): Masked {
  const finders = findersOf(secrets);
  const { rest, held } = unfinished(bytes, finders);
  // Nearly always nothing begins one, and that is known after one pass without a copy.
  if (isSuspect(bytes, finders)) overwrite(bytes, finders);
  return { bytes, rest, held };
}

function overwrite(bytes: Buffer, { whole, wrapped, boxed }: Finders): void {
  // All are made before anything is overwritten.
  for (const [finder, view] of [
    [whole, { bytes: Buffer.from(bytes), length: bytes.length, places: undefined }],
    [wrapped, visible(bytes, false)],
    [boxed, visible(bytes, true)],
  ] as [ByteFinder, View][]) {
    const { places } = view;
    finder.find(view.bytes, view.length, (from, to) => {
      if (places === undefined) bytes.fill(MASK, from, to);
      else for (let at = from; at < to; at += 1) bytes[places[at] as number] = MASK;
    });
  }
}

/** The end that may be the beginning of a secret in any of the views, or half of an escape sequence. */
function unfinished(bytes: Buffer, { whole, wrapped, boxed }: Finders): Pick<Masked, "rest" | "held"> {
  const longest = Math.max(whole.longest, wrapped.longest, boxed.longest);
  // Room for an escape sequence with each of its characters.
  const from = Math.max(0, bytes.length - Math.min(MAX_REST, Math.max(4096, 24 * longest)));
  const tail = bytes.subarray(from);
  let keep = whole.begins(tail, tail.length);
  let held = keep > HARMLESS ? keep : 0;
  for (const [finder, unboxed] of [
    [wrapped, false],
    [boxed, true],
  ] as const) {
    if (finder.count === 0) continue;
    const { bytes: left, length, places } = visible(tail, unboxed);
    const begun = finder.begins(left, length);
    if (begun === 0) continue;
    const part = tail.length - (places?.[length - begun] as number);
    keep = Math.max(keep, part);
    if (begun > HARMLESS) held = Math.max(held, part);
  }
  keep = Math.max(keep, openEscape(tail));
  return { rest: keep === 0 ? NOTHING : Buffer.from(tail.subarray(tail.length - keep)), held };
}

const NOTHING = Buffer.alloc(0);

interface View {
  bytes: Buffer;
  /** How many of them there are. */
  length: number;
  /** Where in the stream each of them stands; undefined when nothing was left out. */
  places: Uint32Array | undefined;
}

interface Finders {
  whole: ByteFinder;
  wrapped: ByteFinder;
  boxed: ByteFinder;
}

const made = new WeakMap<SecretFinder, Finders>();

/** The same forms, as each of the views shows them. */
function findersOf(secrets: readonly string[]): Finders {
  const all = secretFinder(secrets);
  const known = made.get(all);
  if (known !== undefined) return known;
  const flat = all.forms.map((form) => form.replace(/[\r\n]/g, ""));
  const bare = flat.map((form) => form.replace(/[ \t|\u2500-\u257f]/g, ""));
  const short = (at: number) => Buffer.byteLength(bare[at] ?? "") < LONG;
  const finder = (forms: readonly string[]) =>
    createByteFinder([...new Set(forms)].map((form) => Buffer.from(form)).filter(({ length }) => length >= SHORTEST));
  const finders = {
    whole: finder(all.forms),
    wrapped: finder(flat.filter((_, at) => short(at))),
    boxed: finder(bare.filter((_, at) => !short(at))),
  };
  made.set(all, finders);
  return finders;
}

const [BEL, BS, TAB, LF, CR, ESC, SPACE] = [7, 8, 9, 10, 13, 27, 32] as const;
const [BRACKET, BACKSLASH, CLOSE, BAR] = [91, 92, 93, 124] as const;

/** Whether anything in the bytes, or in what is visible of them, begins a secret. */
function isSuspect(bytes: Buffer, { whole, wrapped, boxed }: Finders): boolean {
  const flat = wrapped.count > 0;
  let [raw, read, bare] = [0, 0, 0];
  /** Up to here it is an escape sequence. */
  let hidden = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    raw = roll(raw, byte);
    if (whole.mayBegin(raw)) return true;
    if (at < hidden) continue;
    if (byte <= SPACE) {
      if (byte === ESC) hidden = endOfEscape(bytes, at) ?? bytes.length;
      if (byte === ESC || byte === LF || byte === CR || byte === BS || byte === BEL) continue;
    }
    if (flat) {
      read = roll(read, byte);
      if (wrapped.mayBegin(read)) return true;
    }
    if (byte === SPACE || byte === TAB || byte === BAR) continue;
    if (byte === 0xe2 && isBoxLine(bytes, at)) {
      // The first two rolls of what was skipped are undone by never being made.
      raw = roll(roll(raw, bytes[at + 1] as number), bytes[at + 2] ?? 0);
      at += 2;
      continue;
    }
    bare = roll(bare, byte);
    if (boxed.mayBegin(bare)) return true;
  }
  return false;
}

/** U+2500 to U+257F, the lines that boxes are drawn with. */
const isBoxLine = (bytes: Buffer, at: number): boolean => bytes[at + 1] === 0x94 || bytes[at + 1] === 0x95;

/** What a person would read: without escape sequences and line breaks, and on request without spaces and box lines. */
function visible(bytes: Buffer, unboxed: boolean): View {
  const left = Buffer.allocUnsafe(bytes.length);
  const places = new Uint32Array(bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === ESC) {
      at = (endOfEscape(bytes, at) ?? bytes.length) - 1;
      continue;
    }
    if (byte === LF || byte === CR || byte === BS || byte === BEL) continue;
    if (unboxed) {
      if (byte === SPACE || byte === TAB || byte === BAR) continue;
      if (byte === 0xe2 && isBoxLine(bytes, at)) {
        at += 2;
        continue;
      }
    }
    left[count] = byte;
    places[count] = at;
    count += 1;
  }
  return { bytes: left, length: count, places };
}

/** The place after the escape sequence (ECMA-48) that begins at `at`; undefined where it is not complete. */
function endOfEscape(bytes: Buffer, at: number): number | undefined {
  const kind = bytes[at + 1];
  if (kind === BRACKET) {
    for (let end = at + 2; end < bytes.length; end += 1) {
      const byte = bytes[end] as number;
      if (byte >= 0x40 && byte <= 0x7e) return end + 1;
      // Broken off: what follows is text again.
      if (byte < 0x20) return end;
    }
    return undefined;
  }
  // OSC, DCS, SOS, PM and APC go on to a bell or a string terminator.
  if (kind === CLOSE || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f) {
    for (let end = at + 2; end < bytes.length; end += 1) {
      if (bytes[end] === BEL) return end + 1;
      if (bytes[end] === ESC) return bytes[end + 1] === BACKSLASH ? end + 2 : end;
    }
    return undefined;
  }
  let end = at + 1;
  while (end < bytes.length && (bytes[end] as number) >= 0x20 && (bytes[end] as number) <= 0x2f) end += 1;
  return end < bytes.length ? end + 1 : undefined;
}

/** How many bytes at the end are an escape sequence that goes on in what comes next. */
function openEscape(bytes: Buffer): number {
  const from = bytes.lastIndexOf(ESC);
  if (from === -1 || bytes.length - from > 4096) return 0;
  return endOfEscape(bytes, from) === undefined ? bytes.length - from : 0;
}

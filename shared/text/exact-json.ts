/**
 * Reads JSON so that every number can be written again exactly as it was: a number that JavaScript would write in another way
 * (beyond 2^53, 10.0, 1e400, -0) becomes an object that `JSON.stringify` writes as its text (ECMAScript, `JSON.rawJSON`). See
 * docs/decisions/0073.
 */

/** A number kept as its text. Only `JSON.rawJSON` makes one, so that no JSON from outside can pass for it. */
export interface ExactNumber {
  readonly rawJSON: string;
}

declare global {
  // ECMAScript 2026; TypeScript's library does not list it yet.
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    /** Absent in browsers before Chromium 114, Firefox 135 and Safari 18.4. */
    rawJSON?(text: string): ExactNumber;
    isRawJSON?(value: unknown): boolean;
  }
}

const NUMBER = /-?\d[\d.eE+-]*/y;

/** Decodes JSON. Throws a SyntaxError, as `JSON.parse` does. Where the runtime cannot keep numbers, they are ordinary ones. */
export function parseExact(text: string): unknown {
  if (JSON.rawJSON === undefined || !holdsExact(text)) return JSON.parse(text);
  try {
    return JSON.parse(text, (_key, value, { source }) => {
      if (typeof value !== "number" || source === undefined || String(value) === source) return value;
      return JSON.rawJSON?.(source) ?? value;
    });
  } catch (error) {
    // Nested more deeply than a reviver can follow: better changed numbers than no message at all.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/** Numbers of so many digits are exact in a double, and come back as they were read. */
const SAFE_DIGITS = 15;
/** A fraction that is smaller is written with an exponent (ECMAScript, Number::toString). */
const MAX_ZEROS = 5;

/**
 * Whether any number would be written in another way. A reviver takes ten times as long, so it is only called for these. Every message
 * passes through here, so that what nearly all numbers are costs no more than its digits.
 */
function holdsExact(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === MINUS || isDigit(character)) {
      const plain = endOfPlainNumber(text, at);
      if (plain >= 0) {
        at = plain - 1;
        continue;
      }
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? "-";
      if (String(Number(number)) !== number) return true;
      at += number.length - 1;
    }
  }
  return false;
}

/** Where the number that begins at `start` ends; -1 where only a closer look tells whether it stays as it is. */
function endOfPlainNumber(text: string, start: number): number {
  const negative = text.charCodeAt(start) === MINUS;
  const first = negative ? start + 1 : start;
  let at = first;
  while (isDigit(text.charCodeAt(at))) at += 1;
  const whole = at - first;
  const zero = text.charCodeAt(first) === ZERO;
  if (text.charCodeAt(at) !== DOT) {
    const exponent = text.charCodeAt(at) === SMALL_E || text.charCodeAt(at) === LARGE_E;
    return exponent || whole > SAFE_DIGITS || (negative && zero) ? -1 : at;
  }
  at += 1;
  const fraction = at;
  while (text.charCodeAt(at) === ZERO) at += 1;
  const zeros = at - fraction;
  while (isDigit(text.charCodeAt(at))) at += 1;
  const exponent = text.charCodeAt(at) === SMALL_E || text.charCodeAt(at) === LARGE_E;
  const long = whole + (at - fraction) > SAFE_DIGITS;
  return exponent || long || text.charCodeAt(at - 1) === ZERO || (zero && zeros > MAX_ZEROS) ? -1 : at;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const LARGE_E = 0x45;
const BACKSLASH = 0x5c;
const SMALL_E = 0x65;

/** NaN, behind the end, is none. */
const isDigit = (character: number): boolean => character >= 0x30 && character <= 0x39;

/** Most strings are short: looking at their characters is quicker than a search of the engine's own. */
const SHORT_STRING = 24;

/** Position of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  for (const near = Math.min(text.length, end + SHORT_STRING); end < near; end += 1) {
    const character = text.charCodeAt(end);
    if (character === QUOTE) return end;
    if (character === BACKSLASH) end += 1;
  }
  for (end -= 1; ; ) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return typeof value === "object" && value !== null && "rawJSON" in value && JSON.isRawJSON?.(value) === true;
}

/** The number as JavaScript has it, for what is counted or compared here; undefined for what is no number or not finite. */
export function numberOf(value: unknown): number | undefined {
  const number = isExactNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** For a schema that wants an ordinary number: the number itself in place of its text, everything else as it is. */
export const asNumber = (value: unknown): unknown => (isExactNumber(value) ? Number(value.rawJSON) : value);

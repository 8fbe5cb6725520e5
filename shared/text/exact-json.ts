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

/** What a number that changes may look like, after the characters that may stand before a number. Strings may hold it as well. */
const SUSPECT = /(?:^|[[:,])\s*(?:-0(?![.\d])|-?\d+(?:\.\d*)?[eE]|-?\d+\.(?:\d*0(?!\d)|\d{14,})|-?\d{16,})/;
const NUMBER = /-?\d[\d.eE+-]*/y;

/** Decodes JSON. Throws a SyntaxError, as `JSON.parse` does. Where the runtime cannot keep numbers, they are ordinary ones. */
export function parseExact(text: string): unknown {
  if (!SUSPECT.test(text) || JSON.rawJSON === undefined || !holdsExact(text)) return JSON.parse(text);
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

/** Whether any number would be written in another way. A reviver takes ten times as long, so it is only called for these. */
function holdsExact(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x22) at = endOfString(text, at);
    else if (character === 0x2d || (character >= 0x30 && character <= 0x39)) {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? "-";
      if (String(Number(number)) !== number) return true;
      at += number.length - 1;
    }
  }
  return false;
}

/** Position of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let before = end - 1;
    while (text.charCodeAt(before) === 0x5c) before -= 1;
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

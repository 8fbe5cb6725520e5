/** Owns reading plain progress out of the text of an entry where it lies: which fields it has and where, without making values of them. */

/** One event, reused for each: where its values lie in the text, quotes included; `to` is 0 for those that it does not have. */
export interface PlainProgress {
  call: Span;
  tool: Span;
  token: Span;
  message: Span;
  timestamp: Span;
  progress: number | undefined;
  total: number | undefined;
}

export interface Span {
  from: number;
  to: number;
}

export const noProgress = (): PlainProgress => ({
  call: { from: 0, to: 0 },
  tool: { from: 0, to: 0 },
  token: { from: 0, to: 0 },
  message: { from: 0, to: 0 },
  timestamp: { from: 0, to: 0 },
  progress: undefined,
  total: undefined,
});

/**
 * Reads the event that is the JSON object from `at` to `end` into `into`. False for one that has other fields than
 * progress needs, or strings with escaped quotes: it is then parsed. The text is known to be JSON.
 */
export function readPlainProgress(text: string, at: number, end: number, into: PlainProgress): boolean {
  into.call.to = 0;
  into.tool.to = 0;
  into.token.to = 0;
  into.message.to = 0;
  into.timestamp.to = 0;
  into.progress = undefined;
  into.total = undefined;
  let place = afterSpace(text, at + 1);
  for (;;) {
    const key = keyAt(text, place);
    if (key === "") return false;
    const from = afterSpace(text, place + key.length);
    const to = valueEnd(text, from);
    if (to === 0 || !put(text, key, from, to, into)) return false;
    place = afterSpace(text, to);
    if (place === end - 1) return into.tool.to > 0;
    if (text.charCodeAt(place) !== COMMA) return false;
    place = afterSpace(text, place + 1);
  }
}

/** The key that begins at `at`, with its quotes and colon, by the letters that tell it from the others; empty for another. */
function keyAt(text: string, at: number): string {
  const key = candidate(text.charCodeAt(at + 1), text.charCodeAt(at + 3));
  return standsAt(text, key, at) ? key : "";
}

/** Like `startsWith`, which costs more than so short a loop. */
export function standsAt(text: string, part: string, at: number): boolean {
  for (let i = 0; i < part.length; i += 1) {
    if (text.charCodeAt(at + i) !== part.charCodeAt(i)) return false;
  }
  return true;
}

function candidate(first: number, third: number): string {
  switch (first) {
    case 0x74: // t
      if (third === 0x6b) return TOKEN;
      if (third === 0x6f) return TOOL;
      return third === 0x74 ? TOTAL : TIMESTAMP;
    case 0x70: // p
      return PROGRESS;
    case 0x6d: // m
      return MESSAGE;
    case 0x6b: // k
      return KIND;
    case 0x63: // c
      return CALL;
    case 0x73: // s
      return third === 0x71 ? SEQ : SERVER;
    default:
      return "";
  }
}

const CALL = '"call":';
const TOOL = '"tool":';
const TOKEN = '"token":';
const MESSAGE = '"message":';
const TIMESTAMP = '"timestamp":';
const PROGRESS = '"progress":';
const TOTAL = '"total":';
const KIND = '"kind":';
const SERVER = '"server":';
const SEQ = '"seq":';

/** One past the string, number or null that begins at `at`; 0 for what is none, or cannot be told without parsing. */
function valueEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === QUOTE) {
    const close = closingQuote(text, at + 1);
    return close < 0 || text.charCodeAt(close - 1) === BACKSLASH ? 0 : close + 1;
  }
  if (standsAt(text, "null", at)) return at + 4;
  let to = at;
  while (isNumeric(text.charCodeAt(to))) to += 1;
  return to === at ? 0 : to;
}

/** Names are short: a search only pays for what is longer. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < from + 16; at += 1) if (text.charCodeAt(at) === QUOTE) return at;
  return text.indexOf('"', from + 16);
}

/** Digits, sign, point and exponent. */
const isNumeric = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x2b || (code | 0x20) === 0x65;

/** False when the value is of another type than progress has there. */
function put(text: string, key: string, from: number, to: number, into: PlainProgress): boolean {
  const first = text.charCodeAt(from);
  const isText = first === QUOTE;
  const isNull = first === N;
  switch (key) {
    case MESSAGE:
      return span(into.message, isText, isNull, from, to);
    case TIMESTAMP:
      return span(into.timestamp, isText, isNull, from, to);
    case TOOL:
      return span(into.tool, isText, isNull, from, to);
    case CALL:
      return span(into.call, isText, isNull, from, to);
    case TOKEN:
      return span(into.token, true, isNull, from, to);
    case PROGRESS:
      into.progress = isNull ? undefined : numberIn(text, from, to);
      return !isText && !Number.isNaN(into.progress);
    case TOTAL:
      into.total = isNull ? undefined : numberIn(text, from, to);
      return !isText && !Number.isNaN(into.total);
    case KIND:
      return to - from === PROGRESS_KIND.length && standsAt(text, PROGRESS_KIND, from);
    case SERVER:
      return isText || isNull;
    default:
      return key === SEQ;
  }
}

const PROGRESS_KIND = '"progress"';

function span(into: Span, fits: boolean, isNull: boolean, from: number, to: number): boolean {
  into.from = from;
  into.to = isNull ? 0 : to;
  return fits || isNull;
}

/** Short whole numbers, nearly all, are read by hand. */
function numberIn(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9 || to - from > 15) return Number(text.slice(from, to));
    value = value * 10 + digit;
  }
  return value;
}

const afterSpace = (text: string, at: number): number => (text.charCodeAt(at) === SPACE ? at + 1 : at);

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const N = 0x6e;

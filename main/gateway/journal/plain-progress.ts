/** Owns reading plain progress out of the text of an entry where it lies: which fields it has and where, without making values of them. */

/** One event, reused for each: where its values lie in the text, quotes included; 0 to 0 for those that it does not have. */
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

const TEXTS = ["call", "tool", "token", "message", "timestamp"] as const;

/**
 * Reads the event that is the JSON object from `at` to `end` into `into`. False for one that has other fields than
 * progress needs, or strings with escaped quotes: it is then parsed. The text is known to be JSON.
 */
export function readPlainProgress(text: string, at: number, end: number, into: PlainProgress): boolean {
  for (const name of TEXTS) {
    into[name].from = 0;
    into[name].to = 0;
  }
  into.progress = undefined;
  into.total = undefined;
  let place = afterSpace(text, at + 1);
  for (;;) {
    const key = keyAt(text, place);
    if (key === undefined) return false;
    const from = afterSpace(text, place + key.length + 3);
    const to = valueEnd(text, from);
    if (to === 0 || !put(text, key, from, to, into)) return false;
    place = afterSpace(text, to);
    if (place === end - 1) return into.tool.to > 0;
    if (text.charCodeAt(place) !== COMMA) return false;
    place = afterSpace(text, place + 1);
  }
}

type Key = (typeof TEXTS)[number] | "progress" | "total" | "kind" | "server" | "seq";

/** The key that begins at `at` with its quote, by the letters that tell it from the others. */
function keyAt(text: string, at: number): Key | undefined {
  const key = candidate(text.charCodeAt(at + 1), text.charCodeAt(at + 3));
  return key !== undefined && text.startsWith(QUOTED[key], at) ? key : undefined;
}

function candidate(first: number, third: number): Key | undefined {
  switch (first) {
    case 0x74: // t
      return third === 0x6b ? "token" : third === 0x6f ? "tool" : third === 0x74 ? "total" : "timestamp";
    case 0x70: // p
      return "progress";
    case 0x6d: // m
      return "message";
    case 0x6b: // k
      return "kind";
    case 0x63: // c
      return "call";
    case 0x73: // s
      return third === 0x71 ? "seq" : "server";
    default:
      return undefined;
  }
}

const QUOTED: Readonly<Record<Key, string>> = {
  call: '"call":',
  tool: '"tool":',
  token: '"token":',
  message: '"message":',
  timestamp: '"timestamp":',
  progress: '"progress":',
  total: '"total":',
  kind: '"kind":',
  server: '"server":',
  seq: '"seq":',
};

/** One past the string, number or null that begins at `at`; 0 for what is none, or cannot be told without parsing. */
function valueEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === QUOTE) {
    const close = text.indexOf('"', at + 1);
    return close < 0 || text.charCodeAt(close - 1) === BACKSLASH ? 0 : close + 1;
  }
  if (text.startsWith("null", at)) return at + 4;
  let to = at;
  while (isNumeric(text.charCodeAt(to))) to += 1;
  return to === at ? 0 : to;
}

/** Digits, sign, point and exponent. */
const isNumeric = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x2b || (code | 0x20) === 0x65;

/** False when the value is of another type than progress has there. */
function put(text: string, key: Key, from: number, to: number, into: PlainProgress): boolean {
  const first = text.charCodeAt(from);
  const isNull = first === N;
  switch (key) {
    case "kind":
      return text.startsWith('"progress"', from) && to - from === 10;
    case "seq":
      return true;
    case "server":
      return isNull || first === QUOTE;
    case "progress":
    case "total":
      if (!isNull && first === QUOTE) return false;
      into[key] = isNull ? undefined : numberIn(text, from, to);
      return !Number.isNaN(into[key]);
    default: {
      const isText = first === QUOTE;
      if (!isText && !(isNull || key === "token")) return false;
      const span = into[key];
      span.from = isNull ? 0 : from;
      span.to = isNull ? 0 : to;
      return true;
    }
  }
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

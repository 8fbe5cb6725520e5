/** Cuts a text that is recorded: its beginning and its end stay, and what is said between them is how much is left out. */
import { type SecretFinder, secretFinder } from "../../../shared/text/find-secrets.ts";
import { redactText } from "../../../shared/text/redact.ts";

export interface CutText {
  text: string;
  /** Bytes of UTF-8 that are left out. */
  leftOut: number;
}

/** Of less than this no end is kept, in bytes. */
const MIN_WITH_END = 512;
/** For the words between the two. */
const WORDS_BYTES = 64;
/** The rest is the end's. */
const BEGINNING_SHARE = 2 / 3;

/**
 * At most `max` bytes of `text`, without secrets, as JSON writes them between its quotes. Never cut inside a character or a
 * secret. Copies no more than it gives. `bytes` is the size of the whole text in UTF-8.
 */
export function cutText(
  text: string,
  max: number,
  secrets: readonly string[],
  bytes = Buffer.byteLength(text),
): CutText {
  const finder = secretFinder(secrets);
  if (max < MIN_WITH_END) {
    const beginning = beginningOf(text, max, secrets, finder);
    return { text: beginning, leftOut: Math.max(0, bytes - Buffer.byteLength(beginning)) };
  }
  const room = max - WORDS_BYTES;
  const beginning = beginningOf(text, Math.floor(room * BEGINNING_SHARE), secrets, finder);
  const end = endOf(text, Math.floor(room * (1 - BEGINNING_SHARE)), secrets, finder);
  const leftOut = Math.max(0, bytes - Buffer.byteLength(beginning) - Buffer.byteLength(end));
  return { text: `${beginning}\n… ${leftOut.toLocaleString("en-US")} bytes left out …\n${end}`, leftOut };
}

function beginningOf(text: string, max: number, secrets: readonly string[], finder: SecretFinder): string {
  const read = text.slice(0, Math.max(0, max));
  // What stands at the end may be the beginning of a secret.
  const whole = read.length < text.length ? read.slice(0, read.length - finder.begins(read)) : read;
  return fitted(redactText(whole, secrets), max, firstBytes);
}

function endOf(text: string, max: number, secrets: readonly string[], finder: SecretFinder): string {
  let from = Math.max(0, text.length - max);
  // What stands at the beginning may be the end of a secret.
  const longest = finder.forms[0]?.length ?? 0;
  const around = Math.max(0, from - longest);
  for (const [begins, ends] of finder.find(text.slice(around, from + longest))) {
    if (around + begins < from && around + ends > from) from = around + ends;
  }
  return fitted(redactText(text.slice(from), secrets), max, lastBytes);
}

/** Quotes, line ends and control characters take more room in JSON than in the text. */
function fitted(text: string, max: number, cut: (text: string, max: number) => string): string {
  let kept = cut(text, max);
  for (let size = written(kept); size > max && kept !== ""; size = written(kept)) {
    kept = cut(kept, Math.floor((Buffer.byteLength(kept) * max) / size) - 1);
  }
  return kept;
}

const written = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
const isContinuation = (byte: number | undefined): boolean => ((byte ?? 0) & 0xc0) === 0x80;

/** At most `max` bytes of UTF-8, never ending inside a character. */
function firstBytes(text: string, max: number): string {
  const bytes = Buffer.from(text.slice(0, Math.max(0, max)));
  if (bytes.length <= max) return text.slice(0, Math.max(0, max));
  let end = Math.max(0, max);
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/** At most `max` bytes of UTF-8, never beginning inside a character. */
function lastBytes(text: string, max: number): string {
  if (max <= 0) return "";
  const half = text.length > max && isLowSurrogate(text.charCodeAt(text.length - max)) ? 1 : 0;
  const read = text.slice(Math.max(0, text.length - max + half));
  const bytes = Buffer.from(read);
  if (bytes.length <= max) return read;
  let start = bytes.length - max;
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  return bytes.toString("utf8", start);
}

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** Owns the events that nearly all of a stream consists of, recognised in its blocks as they lie: no event becomes a string, or an object. */
import { PROGRESS, TOOL_KEY } from "../bridge/check-event.ts";
import type { Blocks } from "./sse-reader.ts";

/** Takes one event: the bytes of its JSON. */
type Take = (bytes: Buffer, from: number, to: number) => void;

/** How our own daemon begins the event that says that its ring no longer reaches back. */
export const OWN_GAP = '{"kind":"gap"';

const PROGRESS_BLOCK = new RegExp(`data: ?${PROGRESS}\\n\\n`, "y");
const FIELD_CHARACTERS = "data:".length;
const END_CHARACTERS = 2;

/** Plain progress without an id, as any daemon sends it. Gives where the first block begins that is none. */
export function takeProgressBlocks({ bytes, latin1 }: Blocks, from: number, take: Take): number {
  let at = from;
  PROGRESS_BLOCK.lastIndex = at;
  while (PROGRESS_BLOCK.test(latin1)) {
    const end = PROGRESS_BLOCK.lastIndex;
    const tool = latin1.indexOf(TOOL_KEY, at);
    if (tool < 0 || tool > end) return at;
    const begin = at + FIELD_CHARACTERS;
    take(bytes, latin1.charCodeAt(begin) === SPACE ? begin + 1 : begin, end - END_CHARACTERS);
    at = end;
  }
  return at;
}

/** Digits of a number that stays exact, and that reads back as the same text. */
const MAX_DIGITS = 15;

/**
 * Events of our own daemon, `id: <epoch>-<seq>` and one `data:` line, of the epoch in which the reader is already: those
 * that it has are left out. Gives where the first block begins that is another, and the number of the last event.
 */
export function takeOwnBlocks(
  { bytes, latin1 }: Blocks,
  from: number,
  place: { epoch: string; seq: number },
  take: Take,
): { end: number; seq: number } {
  const head = `id: ${place.epoch}-`;
  let { seq } = place;
  let at = from;
  while (latin1.startsWith(head, at)) {
    const number = at + head.length;
    let next = 0;
    let after = number;
    for (let digit = latin1.charCodeAt(after) - ZERO; digit >= 0 && digit <= 9; ) {
      next = next * 10 + digit;
      after += 1;
      digit = latin1.charCodeAt(after) - ZERO;
    }
    const digits = after - number;
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && latin1.charCodeAt(number) === ZERO)) break;
    if (!latin1.startsWith(DATA, after)) break;
    const begin = after + DATA.length - 1;
    const end = latin1.indexOf("\n", begin);
    if (latin1.charCodeAt(end - 1) !== CLOSING_BRACE || latin1.charCodeAt(end + 1) !== LF) break;
    if (latin1.startsWith(OWN_GAP, begin)) break;
    if (next > seq) {
      seq = next;
      take(bytes, begin, end);
    }
    at = end + END_CHARACTERS;
  }
  return { end: at, seq };
}

const DATA = "\ndata: {";
const LF = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const CLOSING_BRACE = 0x7d;

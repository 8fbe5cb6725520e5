/** Hears in a program's output, in any pieces, whether it asks if its terminal understands OSC 7501. */
import { STATE_QUESTION } from "../../../../shared/protocol/agent-words.ts";

const ESC = 0x1b;
const QUESTION = Buffer.from(`\u001b]${STATE_QUESTION}`, "latin1");
/** With its longest end, ESC \. */
const WHOLE = QUESTION.length + 2;

/**
 * Gives for each piece how many such questions ended in it. It is heard here, before any viewer sees it, because the answer must come
 * before theirs to what the program asks next: Claude Code takes the answer to that for a no.
 */
export function createStateQuestions(): (bytes: Uint8Array) => number {
  /** The end of the last piece, where a question may have begun. */
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let count = 0;
    if (rest.length > 0) {
      const seam = Buffer.concat([rest, piece.subarray(0, WHOLE)]);
      // One that lies in this piece alone is counted below.
      count += questions(seam, rest.length);
    }
    count += questions(piece, Number.POSITIVE_INFINITY);
    rest = beginning(rest.length > 0 && piece.length < WHOLE ? Buffer.concat([rest, piece]) : piece);
    return count;
  };
}

/** Whole questions that begin before `before`. */
function questions(bytes: Buffer, before: number): number {
  let count = 0;
  for (let at = bytes.indexOf(QUESTION); at !== -1 && at < before; at = bytes.indexOf(QUESTION, at + 1)) {
    const end = at + QUESTION.length;
    if (bytes[end] === 0x07 || (bytes[end] === ESC && bytes[end + 1] === 0x5c)) count += 1;
  }
  return count;
}

/** The end of the bytes from where a question may have begun that they do not end. */
function beginning(bytes: Buffer): Buffer {
  const tail = bytes.subarray(Math.max(0, bytes.length - WHOLE + 1));
  for (let at = tail.indexOf(ESC); at !== -1; at = tail.indexOf(ESC, at + 1)) {
    const from = tail.subarray(at);
    const head = QUESTION.subarray(0, Math.min(from.length, QUESTION.length));
    const tailOnly = from.subarray(QUESTION.length);
    const open = tailOnly.length === 0 || (tailOnly.length === 1 && tailOnly[0] === ESC);
    if (from.subarray(0, head.length).equals(head) && open) return Buffer.from(from);
  }
  return Buffer.alloc(0);
}

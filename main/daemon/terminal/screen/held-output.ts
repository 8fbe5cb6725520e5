/** The output that a screen has taken and not printed yet, in one piece of memory that is given back when it is empty. */
import { incompleteUtf8 } from "../../../../shared/text/incomplete-utf8.ts";
import type { Skip } from "./plain-scroll.ts";

export interface HeldOutput {
  /** Bytes that are held. */
  readonly length: number;
  /** Bytes up to the last whole character. */
  whole(): number;
  append(bytes: Uint8Array): void;
  /** So many bytes from the beginning, in memory of their own. */
  take(count: number): Uint8Array;
  /** All that is held; until the next call of anything else. */
  view(): Uint8Array;
  skip(skip: Skip): void;
}

const NOTHING = new Uint8Array(0);
const SMALLEST = 64 * 1024;

export function createHeldOutput(): HeldOutput {
  let memory = NOTHING;
  let start = 0;
  let end = 0;

  function makeRoom(count: number): void {
    if (end + count <= memory.length) return;
    const length = end - start;
    const old = memory;
    if (length + count > memory.length) memory = new Uint8Array(Math.max(SMALLEST, 2 * old.length, length + count));
    memory.set(old.subarray(start, end));
    start = 0;
    end = length;
  }
  const view = () => memory.subarray(start, end);

  return {
    get length() {
      return end - start;
    },
    whole: () => end - start - incompleteUtf8(view()),
    append(bytes) {
      makeRoom(bytes.length);
      memory.set(bytes, end);
      end += bytes.length;
    },
    take(count) {
      const taken = memory.slice(start, Math.min(end, start + count));
      start += taken.length;
      if (start === end) {
        start = 0;
        end = 0;
        if (memory.length > SMALLEST) memory = NOTHING;
      }
      return taken;
    },
    view,
    skip({ bytes, keep }) {
      start += bytes - keep.length;
      memory.set(keep, start);
    },
  };
}

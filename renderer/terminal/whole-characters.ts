/** Sees to it that the terminal is never given half a character: its decoder garbles some that come in two writes. */
import { incompleteUtf8 } from "../../shared/text/incomplete-utf8.ts";

export interface WholeCharacters {
  /** The bytes that are complete, those held back before included. */
  next(bytes: Uint8Array): Uint8Array;
  reset(): void;
}

/** Holds back at most three bytes. */
export function createWholeCharacters(): WholeCharacters {
  let held: Uint8Array = new Uint8Array();
  return {
    next(bytes) {
      let all = bytes;
      if (held.length > 0) {
        all = new Uint8Array(held.length + bytes.length);
        all.set(held);
        all.set(bytes, held.length);
      }
      const cut = all.length - incompleteUtf8(all);
      held = all.slice(cut);
      return all.subarray(0, cut);
    },
    reset() {
      held = new Uint8Array();
    },
  };
}

/**
 * Masks a stream that is written as it comes. The first few bytes of a secret are written, and masked afterwards when the
 * rest of it comes; longer beginnings wait for what follows.
 */
import { MASK, maskSecrets } from "./mask-secrets.ts";

export interface MaskedPiece {
  /** What the last bytes that were written must be now, as many as it has; empty when they are right. */
  behind: Buffer;
  /** To be written next. */
  bytes: Buffer;
}

export interface StreamMask {
  /** Something is held back until more comes, or until the stream ends. */
  readonly holds: boolean;
  /** `ended`: nothing follows for now, so nothing is held back. What is given is left as it is. */
  take(pieces: readonly Buffer[], secrets: readonly string[], ended: boolean): MaskedPiece;
}

export function createStreamMask(): StreamMask {
  /** The end of the stream as it came, and as it is masked so far. */
  let raw = NOTHING;
  let masked = NOTHING;
  /** How many of them are not written. */
  let waiting = 0;
  return {
    get holds() {
      return waiting > 0;
    },
    take(pieces, secrets, ended) {
      const { bytes, rest, held } = maskSecrets(Buffer.concat([raw, ...pieces]), secrets);
      // What belonged to a secret that was complete stays masked, also where it could have begun another one.
      for (let at = 0; at < masked.length; at += 1) if (masked[at] === MASK) bytes[at] = MASK;
      const written = masked.length - waiting;
      const isRight = bytes.compare(masked, 0, written, 0, written) === 0;
      const behind = isRight ? NOTHING : bytes.subarray(0, written);
      // The first bytes of what is held now may have been written before.
      const to = ended ? bytes.length : Math.max(written, bytes.length - held);
      waiting = bytes.length - to;
      raw = rest;
      masked = Buffer.from(bytes.subarray(bytes.length - rest.length));
      return { behind, bytes: bytes.subarray(written, to) };
    },
  };
}

const NOTHING: Buffer = Buffer.alloc(0);

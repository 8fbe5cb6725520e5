/** Owns the one key sequence that `signalbox run` keeps for itself: `~.` at the beginning of a line leaves, as ssh does. */

export interface Typed {
  /** What goes to the program. */
  send: Buffer;
  leave: boolean;
}

const [TILDE, DOT, CR, LF] = [0x7e, 0x2e, 0x0d, 0x0a];

/** Reads keystrokes in any pieces. A tilde at the beginning of a line waits for the next key; `~~` types one tilde. */
export function createEscapeKeys(): (typed: Buffer) => Typed {
  let lineBegins = true;
  let tilde = false;
  return (typed) => {
    const send: number[] = [];
    for (const byte of typed) {
      if (tilde) {
        tilde = false;
        if (byte === DOT) return { send: Buffer.from(send), leave: true };
        send.push(TILDE);
        if (byte === TILDE) {
          lineBegins = false;
          continue;
        }
      } else if (byte === TILDE && lineBegins) {
        tilde = true;
        continue;
      }
      send.push(byte);
      lineBegins = byte === CR || byte === LF;
    }
    return { send: Buffer.from(send), leave: false };
  };
}

/** The splitting of a byte stream into lines of bounded length, without copying a long line again for each chunk. */

const NEWLINE = 0x0a;

/**
 * Gives a function that takes chunks. `line` is called with each line, decoded, without its end; `tooLong` once for
 * each line of more than `maxBytes`, of which nothing else is told.
 */
export function splitLines(
  maxBytes: number,
  line: (text: string) => void,
  tooLong: () => void,
): (chunk: Uint8Array) => void {
  let parts: Uint8Array[] = [];
  let size = 0;
  let skipping = false;

  const finish = (last: Uint8Array) => {
    const whole =
      parts.length === 0 ? Buffer.from(last.buffer, last.byteOffset, last.byteLength) : Buffer.concat([...parts, last]);
    parts = [];
    size = 0;
    const end = whole.at(-1) === 0x0d ? whole.length - 1 : whole.length;
    line(whole.toString("utf8", 0, end));
  };

  return (chunk) => {
    let start = 0;
    for (let newline = chunk.indexOf(NEWLINE); newline >= 0; newline = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, newline);
      start = newline + 1;
      if (skipping) skipping = false;
      else if (size + piece.length > maxBytes) {
        parts = [];
        size = 0;
        tooLong();
      } else finish(piece);
    }
    const rest = chunk.subarray(start);
    if (rest.length === 0 || skipping) return;
    size += rest.length;
    parts.push(rest);
    if (size > maxBytes) {
      parts = [];
      size = 0;
      skipping = true;
      tooLong();
    }
  };
}

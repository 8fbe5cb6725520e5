/** Reads the bytes of a text file that a person wrote. Other encodings than UTF-8 are named: read as UTF-8 they would silently be another text. */
import { isUtf8 } from "node:buffer";

/** The reason is a sentence about the file. */
export type Decoded = { ok: true; text: string } | { ok: false; reason: string };

export function decodeText(bytes: Buffer): Decoded {
  // PowerShell 5 writes UTF-16 with `>`. JSON and variables begin with ASCII, so that every second byte is 0.
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || (first === 0) !== (second === 0)) {
    return { ok: false, reason: "it is written in UTF-16: save it as UTF-8" };
  }
  if (isUtf8(bytes)) return { ok: true, text: bytes.toString("utf8") };
  return { ok: false, reason: `line ${badLine(bytes)} of it is not written in UTF-8: save it as UTF-8` };
}

/** No byte of a character is a line feed, so that each line can be looked at alone. */
function badLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (!isUtf8(bytes.subarray(start, end < 0 ? undefined : end)) || end < 0) return line;
    start = end + 1;
  }
}

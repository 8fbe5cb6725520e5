/**
 * Finds where the last whole character of some UTF-8 ends. xterm 6 decodes a character wrongly when it is
 * split behind a continuation byte 0x80 (which `…`, `—` and `’` have), so it must only be given whole ones.
 */

/** How many bytes at the end begin a character that they do not finish: 0 to 3. Bytes that are not UTF-8 count as finished. */
export function incompleteUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

/** RFC 3629: the lead byte tells the length. */
const sequenceLength = (lead: number): number => (lead >= 0xf8 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

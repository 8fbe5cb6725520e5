/** Owns the search for the beginning of an escape sequence that a terminal's parser has not finished yet. */

/** A longer beginning, as an endless title makes it, is cut: the sequence stays open, its text is shorter. */
export const MAX_TAIL_BYTES = 64 * 1024;

const ESC = 0x1b;

/**
 * The end of `bytes` from the last introducer of an escape sequence on. ESC starts anew wherever it stands, and so do
 * the C1 controls DCS, SOS, CSI, OSC, PM and APC, in UTF-8 two bytes each; hence the last one is the one that is open.
 */
export function openSequence(bytes: Uint8Array): Uint8Array {
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    if (bytes[at] === ESC || isC1Introducer(bytes, at)) return bytes.slice(at, at + MAX_TAIL_BYTES);
  }
  return bytes.slice(0, MAX_TAIL_BYTES);
}

function isC1Introducer(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xc2) return false;
  const next = bytes[at + 1];
  return next === 0x90 || next === 0x98 || (next !== undefined && next >= 0x9b && next <= 0x9f && next !== 0x9c);
}

/** What is known of an escape sequence that a terminal's parser has not finished yet: where it began, where it ends. */

/** A longer beginning, as an endless title makes it, is cut: the sequence stays open, its text is shorter. */
export const MAX_TAIL_BYTES = 64 * 1024;

const [BEL, CAN, SUB, ESC, C1_CSI] = [0x07, 0x18, 0x1a, 0x1b, 0x9b];

/** What stands behind ESC at the beginning of a string sequence: DCS, SOS, OSC, PM, APC. */
const STRINGS = new Set([..."PX]^_"].map((name) => name.charCodeAt(0)));

/**
 * The end of `bytes` from the last introducer of an escape sequence on. ESC starts anew wherever it stands, and so do
 * the C1 controls DCS, SOS, CSI, OSC, PM and APC, in UTF-8 two bytes each; hence the last one is the one that is open.
 * Controls inside of a sequence that is no string have been done already, and are left out.
 */
export function openSequence(bytes: Uint8Array): Uint8Array {
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const c1 = isC1Introducer(bytes, at);
    if (bytes[at] !== ESC && !c1) continue;
    const open = bytes.slice(at, at + MAX_TAIL_BYTES);
    const isString = c1 ? open[1] !== C1_CSI : STRINGS.has(open[1] ?? 0);
    return isString ? open : open.filter((byte, index) => index === 0 || byte >= 0x20);
  }
  return bytes.slice(0, MAX_TAIL_BYTES);
}

function isC1Introducer(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xc2) return false;
  const next = bytes[at + 1];
  return next === 0x90 || next === 0x98 || (next !== undefined && next >= 0x9b && next <= 0x9f && next !== 0x9c);
}

/**
 * `bytes` from the first control on that may end a string sequence (BEL, CAN, SUB, ESC, C1); empty when there is none.
 * For the text of a string that is longer than anyone shows: xterm takes a microsecond for each character of it.
 */
export function skipString(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === BEL || byte === CAN || byte === SUB || byte === ESC) return bytes.subarray(at);
    if (byte === 0xc2 && (bytes[at + 1] ?? 0xff) < 0xa0) return bytes.subarray(at);
  }
  return bytes.subarray(bytes.length);
}

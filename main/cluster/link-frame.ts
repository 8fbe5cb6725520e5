/** Writes and reads the frames of which a link is made. Whoever owns Redis sees them, and whoever may publish there can make them up. */

/** Raised when an older machine could misread a newer one; frames of another version are answered with `refuse`. */
export const LINK_VERSION = 1;
export const HEAD_BYTES = 43;
/** Bytes in one frame. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

const KINDS = ["open", "data", "end", "reset", "ack", "refuse", "echo"] as const;
export type FrameKind = (typeof KINDS)[number];

export interface Frame {
  version: number;
  kind: FrameKind;
  /** Of the link, 32 hex characters, made by who opens it. */
  link: string;
  /** The inbox to which answers go, 16 hex characters. */
  from: string;
  /** Counts the frames of this direction, from 0. */
  number: number;
  /** All bytes that the sender has taken from the other direction. */
  taken: number;
  payload: Buffer;
}

/**
 * version 1, kind 1, opener 1 (whether the sender opened the link), link 16, from 8, number 8, taken 8.
 * Numbers are 53 bits wide, so that no link outlives them.
 */
export function writeFrame(frame: Omit<Frame, "version">, opener: boolean): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + frame.payload.length);
  bytes[0] = LINK_VERSION;
  bytes[1] = KINDS.indexOf(frame.kind);
  bytes[2] = opener ? 1 : 0;
  bytes.write(frame.link, 3, 16, "hex");
  bytes.write(frame.from, 19, 8, "hex");
  bytes.writeBigUInt64BE(BigInt(frame.number), 27);
  bytes.writeBigUInt64BE(BigInt(frame.taken), 35);
  frame.payload.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** Undefined for what is no frame. One of another version has only its link and its sender. */
export function readFrame(bytes: Buffer): (Frame & { opener: boolean }) | undefined {
  if (bytes.length < HEAD_BYTES || bytes.length > HEAD_BYTES + MAX_PAYLOAD_BYTES) return undefined;
  const kind = KINDS[bytes[1] ?? -1];
  const version = bytes[0] ?? 0;
  const number = Number(bytes.readBigUInt64BE(27));
  const taken = Number(bytes.readBigUInt64BE(35));
  if (kind === undefined || !Number.isSafeInteger(number) || !Number.isSafeInteger(taken)) return undefined;
  return {
    version,
    kind,
    opener: bytes[2] === 1,
    link: bytes.toString("hex", 3, 19),
    from: bytes.toString("hex", 19, 27),
    number,
    taken,
    payload: bytes.subarray(HEAD_BYTES),
  };
}

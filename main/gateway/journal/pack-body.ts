/** How the bytes of a row lie in the journal: compressed where that pays. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Below this a row is kept as it is, in bytes. */
const MIN_PACKED_BYTES = 1024;
/** No row is larger when unpacked: one event's limit, and a margin. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: -2 } };
/** RFC 8878 §3.1.1; JSON text begins otherwise. */
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Events repeat themselves: a tenth of the bytes is usual, and writing those saved costs more than packing them. */
export function packBody(body: Uint8Array): Uint8Array {
  if (body.length < MIN_PACKED_BYTES) return body;
  const packed = zstdCompressSync(body, FAST);
  return packed.length < body.length ? packed : body;
}

/** Throws on a body that is damaged. */
export function unpackBody(stored: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = ZSTD_MAGIC.every((byte, at) => stored[at] === byte);
  return new Uint8Array(packed ? zstdDecompressSync(stored, { maxOutputLength: MAX_BODY_BYTES }) : stored);
}

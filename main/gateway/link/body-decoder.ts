/** Finds the content of an HTTP/1.1 answer in the bytes of its connection (RFC 9112 §6 and §7), in place: nothing is copied that lies right. */

export interface BodyDecoder {
  /** Moves the content among the bytes from `from` to `to` together at `from`, and gives where it ends. Throws on what is no HTTP. */
  take(bytes: Buffer, from: number, to: number): number;
  /** True when nothing more may come. */
  readonly ended: boolean;
  /** True when the connection may close here without anything being missing. */
  readonly whole: boolean;
}

/** Digits of a chunk's size: no chunk is larger than 4 GiB. */
const MAX_SIZE_DIGITS = 8;
/** Bytes of a chunk's extensions, and of all trailers. */
const MAX_REST_BYTES = 16 * 1024;

/** The content by the answer's header fields, with names in lower case. Throws on a coding that was not asked for. */
export function bodyDecoder(headers: ReadonlyMap<string, string>): BodyDecoder {
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") throw new Error(`the answer is encoded as ${encoding}`);
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined) {
    if (coding.trim().toLowerCase() !== "chunked") throw new Error(`the answer is coded as ${coding}`);
    return chunkedBody();
  }
  const length = headers.get("content-length");
  if (length === undefined) return untilClosed();
  if (!/^\d{1,15}$/.test(length)) throw new Error("the answer has no valid length");
  return ofLength(Number(length));
}

function untilClosed(): BodyDecoder {
  return { take: (_, __, to) => to, ended: false, whole: true };
}

function ofLength(length: number): BodyDecoder {
  let left = length;
  return {
    take(_, from, to) {
      const taken = Math.min(left, to - from);
      left -= taken;
      return from + taken;
    },
    get ended() {
      return left === 0;
    },
    get whole() {
      return left === 0;
    },
  };
}

type State = "size" | "extension" | "data" | "data-end" | "trailer" | "ended";

function chunkedBody(): BodyDecoder {
  let state: State = "size";
  let digits = 0;
  let left = 0;
  let rest = 0;
  let lineIsEmpty = true;

  function endSize(): void {
    if (digits === 0) throw new Error("a chunk has no size");
    digits = 0;
    rest = 0;
    state = left === 0 ? "trailer" : "data";
  }

  function takeSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      digits += 1;
      if (digits > MAX_SIZE_DIGITS) throw new Error("a chunk is too large");
      left = left * 16 + digit;
    } else if (byte === LF) endSize();
    else if (byte === CR || byte === SEMICOLON || byte === SPACE || byte === TAB) state = "extension";
    else throw new Error("a chunk has no valid size");
  }

  function takeRest(byte: number): void {
    rest += 1;
    if (rest > MAX_REST_BYTES) throw new Error("a chunk's head or a trailer is too large");
    if (state === "extension") {
      if (byte === LF) endSize();
    } else if (byte === LF) {
      if (lineIsEmpty) state = "ended";
      lineIsEmpty = true;
    } else if (byte !== CR) lineIsEmpty = false;
  }

  return {
    take(bytes, from, to) {
      let end = from;
      for (let at = from; at < to && state !== "ended"; ) {
        if (state === "data") {
          const next = Math.min(at + left, to);
          if (end !== at) bytes.copyWithin(end, at, next);
          left -= next - at;
          end += next - at;
          at = next;
          if (left === 0) state = "data-end";
          continue;
        }
        const byte = bytes[at] ?? 0;
        at += 1;
        if (state === "size") takeSize(byte);
        else if (state !== "data-end") takeRest(byte);
        else if (byte === LF) state = "size";
        else if (byte !== CR) throw new Error("a chunk is longer than its size");
      }
      return end;
    },
    get ended() {
      return state === "ended";
    },
    get whole() {
      return state === "ended";
    },
  };
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;

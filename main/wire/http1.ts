/**
 * Reads HTTP/1.1 responses from the bytes of one connection (RFC 9112), strictly and within bounds: lines end with CRLF,
 * and a response with two framings is refused. Content is found in place; nothing is copied that lies right.
 */

/** Bound on a head, as Node's own. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Digits of a chunk's size: no chunk is larger than 4 GiB. */
const MAX_SIZE_DIGITS = 8;
/** Bytes of one chunk's extensions, and of all trailers. */
const MAX_REST_BYTES = 4 * 1024;

const STATUS = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

export const HEAD_END = "\r\n\r\n";

/** What is wrong with a response, as a noun: "a chunk without a size". */
export class Http1Error extends Error {}

export interface Http1Head {
  status: number;
  /** Of HTTP/1.x. */
  minor: 0 | 1;
  /** By names in lower case; the values of a repeated one are joined by a comma. */
  fields: ReadonlyMap<string, string>;
}

/** Reads a head without its empty line. Throws what is wrong with it. */
export function readHead(text: string): Http1Head {
  const [line = "", ...lines] = text.split("\r\n");
  const [, minor, code] = STATUS.exec(line) ?? [];
  if (code === undefined) throw new Http1Error("no HTTP status line");
  const fields = new Map<string, string>();
  for (const item of lines) {
    const [, given, value = ""] = FIELD.exec(item) ?? [];
    if (given === undefined) throw new Http1Error("a malformed HTTP header");
    const name = given.toLowerCase();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(code), minor: minor === "1" ? 1 : 0, fields };
}

export interface BodyDecoder {
  /** Moves the content among the bytes from `from` to `to` together at `from`, and gives where it ends. Throws what is wrong with it. */
  take(bytes: Buffer, from: number, to: number): number;
  /** Where the last call of `take` stopped reading: before `to` only when the body ended there. */
  readonly stopped: number;
  /** True when nothing more may come. */
  readonly ended: boolean;
  /** True when the connection may close here without anything being missing. */
  readonly whole: boolean;
}

/** The body of a final response by its head. Throws where its framing is unknown or given twice. */
export function bodyDecoder({ status, fields }: Pick<Http1Head, "status" | "fields">): BodyDecoder {
  if (status === 204 || status === 304) return ofLength(0);
  const length = fields.get("content-length");
  const coding = fields.get("transfer-encoding");
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked") throw new Http1Error(`a body coded as ${coding}`);
    if (length !== undefined) throw new Http1Error("a body with both chunks and a length");
    return chunkedBody();
  }
  if (length === undefined) return untilClosed();
  if (!/^\d{1,15}$/.test(length)) throw new Http1Error("a body without a valid length");
  return ofLength(Number(length));
}

function untilClosed(): BodyDecoder {
  let stopped = 0;
  return {
    take(_, __, to) {
      stopped = to;
      return to;
    },
    get stopped() {
      return stopped;
    },
    ended: false,
    whole: true,
  };
}

function ofLength(length: number): BodyDecoder {
  let left = length;
  let stopped = 0;
  return {
    take(_, from, to) {
      const taken = Math.min(left, to - from);
      left -= taken;
      stopped = from + taken;
      return stopped;
    },
    get stopped() {
      return stopped;
    },
    get ended() {
      return left === 0;
    },
    get whole() {
      return left === 0;
    },
  };
}

/** A state whose name ends with "-lf" has read a CR and takes nothing but LF. */
type State =
  | "size"
  | "after-size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-end"
  | "data-lf"
  | "trailer"
  | "trailer-lf"
  | "ended";

function chunkedBody(): BodyDecoder {
  let state: State = "size";
  let digits = 0;
  let left = 0;
  let rest = 0;
  let lineIsEmpty = true;
  let stopped = 0;

  function step(byte: number): void {
    switch (state) {
      case "size": {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          digits += 1;
          if (digits > MAX_SIZE_DIGITS) throw new Http1Error("a chunk that is too large");
          left = left * 16 + digit;
          return;
        }
        if (digits === 0) throw new Http1Error("a chunk without a size");
        afterSize(byte);
        return;
      }
      case "after-size":
        count();
        afterSize(byte);
        return;
      case "extension":
        count();
        if (byte === CR) state = "size-lf";
        else if (byte === LF) throw new Http1Error("a chunk's line that ends without CR");
        return;
      case "size-lf":
        expectLf(byte);
        digits = 0;
        rest = 0;
        state = left === 0 ? "trailer" : "data";
        return;
      case "data-end":
        if (byte !== CR) throw new Http1Error("a chunk longer than it says");
        state = "data-lf";
        return;
      case "data-lf":
        expectLf(byte);
        state = "size";
        return;
      case "trailer":
        count();
        if (byte === CR) state = "trailer-lf";
        else if (byte === LF) throw new Http1Error("a trailer that ends without CR");
        else lineIsEmpty = false;
        return;
      case "trailer-lf":
        expectLf(byte);
        state = lineIsEmpty ? "ended" : "trailer";
        lineIsEmpty = true;
        return;
    }
  }

  function afterSize(byte: number): void {
    if (byte === CR) state = "size-lf";
    else if (byte === SEMICOLON) state = "extension";
    else if (byte === SPACE || byte === TAB) state = "after-size";
    else throw new Http1Error("a chunk without a valid size");
  }

  function count(): void {
    rest += 1;
    if (rest > MAX_REST_BYTES) throw new Http1Error("a chunk's extension or a trailer that is too large");
  }

  return {
    take(bytes, from, to) {
      let end = from;
      let at = from;
      while (at < to && state !== "ended") {
        if (state === "data") {
          const next = Math.min(at + left, to);
          if (end !== at) bytes.copyWithin(end, at, next);
          left -= next - at;
          end += next - at;
          at = next;
          if (left === 0) state = "data-end";
        } else {
          step(bytes[at] ?? 0);
          at += 1;
        }
      }
      stopped = at;
      return end;
    },
    get stopped() {
      return stopped;
    },
    get ended() {
      return state === "ended";
    },
    get whole() {
      return state === "ended";
    },
  };
}

function expectLf(byte: number): void {
  if (byte !== LF) throw new Http1Error("a line with a lone CR");
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

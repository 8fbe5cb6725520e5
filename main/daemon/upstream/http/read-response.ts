/** Reads HTTP/1.1 responses from the bytes of one connection (RFC 9112), strictly: what is odd ends the connection. */
import type { ResponseHead } from "./http-exchange.ts";

/** Bounds on a head, as Node's own, and on a chunk's size line and the trailer. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_LINE_BYTES = 4 * 1024;

export interface ResponseEvents {
  head(head: ResponseHead): void;
  data(bytes: Buffer): void;
  /** The response is whole. Where the connection may carry another request: for how long it may lie unused, in ms, if the server says. */
  end(reusable: boolean, idleMs: number | undefined): void;
}

export interface ResponseReader {
  /** Takes what came. Gives what is wrong with it; nothing may be fed after that. */
  feed(bytes: Buffer): string | undefined;
  /** The server has closed the connection: whether that is the response's proper end, which is then told. */
  close(): boolean;
}

type State = "head" | "fixed" | "until-close" | "size" | "chunk" | "chunk-end" | "trailer";

const STATUS = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const SIZE = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/;
const IDLE = /(?:^|[,\s])timeout=(\d{1,6})/i;

export function createResponseReader(events: ResponseEvents): ResponseReader {
  let state: State = "head";
  /** Bytes of a line or head that is not complete yet. */
  let partial: Buffer | undefined;
  /** Of a fixed body or a chunk. */
  let left = 0;
  let keep = false;
  let idleMs: number | undefined;

  const finish = (reusable: boolean) => {
    state = "head";
    events.end(reusable && keep, idleMs);
  };
  /** Reads a head of this text; gives what is wrong with it. */
  const begin = (text: string): string | undefined => {
    const [line = "", ...lines] = text.split("\r\n");
    const [, minor, code] = STATUS.exec(line) ?? [];
    if (code === undefined) return "no HTTP status line";
    const fields = new Map<string, string>();
    for (const item of lines) {
      const [, given, value = ""] = FIELD.exec(item) ?? [];
      if (given === undefined) return "a malformed HTTP header";
      const name = given.toLowerCase();
      const before = fields.get(name);
      fields.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    const status = Number(code);
    if (status === 101) return "an upgrade that was not asked for";
    if (status < 200) return undefined;
    const connection = fields.get("connection")?.toLowerCase() ?? "";
    keep = minor === "1" ? !connection.includes("close") : connection.includes("keep-alive");
    const idle = IDLE.exec(fields.get("keep-alive") ?? "")?.[1];
    idleMs = idle === undefined ? undefined : Number(idle) * 1000;
    const length = fields.get("content-length");
    const coding = fields.get("transfer-encoding");
    if (status === 204 || status === 304) {
      left = 0;
      state = "fixed";
    } else if (coding !== undefined) {
      if (coding.toLowerCase() !== "chunked" || length !== undefined) return "a body of unknown framing";
      state = "size";
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) return "a body of unknown length";
      left = Number(length);
      state = "fixed";
    } else state = "until-close";
    events.head({ status, header: (name) => fields.get(name) });
    return undefined;
  };
  /** What `rest` begins with up to `mark`, or nothing when that has not come yet. */
  const until = (rest: Buffer, mark: string): string | undefined => {
    const at = rest.indexOf(mark, 0, "latin1");
    return at < 0 ? undefined : rest.toString("latin1", 0, at);
  };

  return {
    feed(bytes) {
      let rest = partial === undefined ? bytes : Buffer.concat([partial, bytes]);
      partial = undefined;
      const wait = (max: number, what: string) => {
        if (rest.length > max) return what;
        partial = Buffer.from(rest);
        return undefined;
      };
      // A body without bytes ends where its head does.
      while (rest.length > 0 || (state === "fixed" && left === 0)) {
        switch (state) {
          case "head": {
            const text = until(rest, "\r\n\r\n");
            if (text === undefined) return wait(MAX_HEAD_BYTES, "an HTTP head without an end");
            if (text.length > MAX_HEAD_BYTES) return "an HTTP head that is too large";
            rest = rest.subarray(text.length + 4);
            const wrong = begin(text);
            if (wrong !== undefined) return wrong;
            break;
          }
          case "until-close":
            events.data(rest);
            return undefined;
          case "fixed":
          case "chunk": {
            const part = rest.subarray(0, left);
            rest = rest.subarray(part.length);
            left -= part.length;
            if (part.length > 0) events.data(part);
            if (left > 0) return undefined;
            if (state === "chunk") state = "chunk-end";
            else {
              finish(rest.length === 0);
              return rest.length === 0 ? undefined : "more than was asked for";
            }
            break;
          }
          case "size":
          case "chunk-end":
          case "trailer": {
            const line = until(rest, "\r\n");
            if (line === undefined) return wait(MAX_LINE_BYTES, "a line without an end");
            rest = rest.subarray(line.length + 2);
            if (state === "trailer") {
              if (line !== "") break;
              finish(rest.length === 0);
              return rest.length === 0 ? undefined : "more than was asked for";
            }
            if (state === "chunk-end") {
              if (line !== "") return "a chunk longer than it says";
              state = "size";
              break;
            }
            const size = SIZE.exec(line)?.[1];
            if (size === undefined) return "a chunk without a size";
            left = Number.parseInt(size, 16);
            state = left === 0 ? "trailer" : "chunk";
            break;
          }
        }
      }
      return undefined;
    },
    close() {
      if (state !== "until-close") return false;
      finish(false);
      return true;
    },
  };
}

/** Follows the responses of one connection to an upstream, one after another: when one is whole, and whether the connection may be used again. */

import {
  type BodyDecoder,
  bodyDecoder,
  HEAD_END,
  Http1Error,
  type Http1Head,
  MAX_HEAD_BYTES,
  readHead,
} from "../../../wire/http1.ts";
import type { ResponseHead } from "./http-exchange.ts";

export interface ResponseEvents {
  head(head: ResponseHead): void;
  /** Content, whose bytes are only good until this returns. */
  data(bytes: Buffer): void;
  /** The response is whole. Where the connection may carry another request: for how long it may lie unused, in ms, if the server says. */
  end(reusable: boolean, idleMs: number | undefined): void;
}

export interface ResponseReader {
  /** Takes what came, and may move bytes in it. Gives what is wrong with it; nothing may be fed after that. */
  feed(bytes: Buffer): string | undefined;
  /** The server has closed the connection: whether that is the response's proper end, which is then told. */
  close(): boolean;
}

const IDLE = /(?:^|[,\s])timeout=(\d{1,6})/i;

export function createResponseReader(events: ResponseEvents): ResponseReader {
  /** Bytes of a head that is not complete yet. */
  let partial: Buffer | undefined;
  let body: BodyDecoder | undefined;
  let keep = false;
  let idleMs: number | undefined;

  /** Reads the heads that `bytes` begin with, up to one of a final response, and gives what follows; nothing while that has not come. */
  function begin(bytes: Buffer): Buffer | undefined {
    let rest = partial === undefined ? bytes : Buffer.concat([partial, bytes]);
    partial = undefined;
    while (rest.length > 0) {
      const end = rest.indexOf(HEAD_END, 0, "latin1");
      if (end > MAX_HEAD_BYTES || (end < 0 && rest.length > MAX_HEAD_BYTES)) {
        throw new Http1Error("an HTTP head that is too large");
      }
      if (end < 0) {
        partial = Buffer.from(rest);
        return undefined;
      }
      const head = readHead(rest.toString("latin1", 0, end));
      rest = rest.subarray(end + HEAD_END.length);
      if (head.status === 101) throw new Http1Error("an upgrade that was not asked for");
      // 100 and its like come before the response.
      if (head.status < 200) continue;
      readPersistence(head);
      body = bodyDecoder(head);
      events.head({ status: head.status, header: (name) => head.fields.get(name) });
      return rest;
    }
    return undefined;
  }

  function readPersistence({ minor, fields }: Http1Head): void {
    const connection = fields.get("connection")?.toLowerCase() ?? "";
    keep = minor === 1 ? !connection.includes("close") : connection.includes("keep-alive");
    const idle = IDLE.exec(fields.get("keep-alive") ?? "")?.[1];
    idleMs = idle === undefined ? undefined : Number(idle) * 1000;
  }

  function finish(reusable: boolean): void {
    body = undefined;
    events.end(reusable && keep, idleMs);
  }

  function follow(bytes: Buffer): void {
    const rest = body === undefined ? begin(bytes) : bytes;
    const decoder = body;
    if (rest === undefined || decoder === undefined) return;
    const end = decoder.take(rest, 0, rest.length);
    if (end > 0) events.data(rest.subarray(0, end));
    if (!decoder.ended) return;
    const more = decoder.stopped < rest.length;
    finish(!more);
    if (more) throw new Http1Error("more than was asked for");
  }

  return {
    feed(bytes) {
      try {
        follow(bytes);
        return undefined;
      } catch (error) {
        if (error instanceof Http1Error) return error.message;
        throw error;
      }
    },
    close() {
      if (body?.whole !== true) return false;
      finish(false);
      return true;
    },
  };
}

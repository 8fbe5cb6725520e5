/**
 * The request for a session's events, read straight from its connection. `fetch` copies what it reads three times
 * and wakes a promise for each piece; here one buffer is read into again and again, and its bytes are taken where they lie.
 */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { type BodyDecoder, bodyDecoder, HEAD_END, Http1Error, MAX_HEAD_BYTES, readHead } from "../../wire/http1.ts";
import type { Reach } from "../../wire/reach.ts";

/** Takes content, whose bytes are only good until it returns; a promise stops reading until it resolves. */
export type TakeContent = (bytes: Buffer) => Promise<void> | undefined;

export interface EventAnswer {
  status: number;
  /** Its content type, with parameters. */
  type: string;
  /** Reads to the end of the content. Rejects when the connection breaks before, and with what `take` throws. */
  read(take: TakeContent): Promise<void>;
  cancel(): void;
}

/** Asks with GET, following no redirect. Rejects when there is no answer, or `signal` aborts. */
export function requestEvents(
  reach: Reach,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<EventAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = requestText(new URL(reach.base + path), headers);
    let head = Buffer.alloc(0);
    let body: BodyDecoder | undefined;
    /** Content that came with the head, until somebody reads it. */
    let early = Buffer.alloc(0);
    let take: TakeContent | undefined;
    let finish: { resolve(): void; reject(error: unknown): void } | undefined;
    let failure: unknown;

    const socket = reach.connect((bytes, from) => guarded(() => received(bytes, from)));
    const abort = () => fail(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    socket.write(request, "latin1");
    socket.on("error", fail);
    socket.on("close", () => {
      signal.removeEventListener("abort", abort);
      const error = failure ?? (body?.whole === true ? undefined : new Error("the connection was closed"));
      reject(error ?? new Error("the connection was closed"));
      if (error === undefined) finish?.resolve();
      else finish?.reject(error);
    });

    function fail(error: unknown): void {
      failure ??= error;
      socket.destroy();
    }

    /** False when nothing more is to be read for now. */
    function guarded(step: () => boolean): boolean {
      try {
        return step();
      } catch (error) {
        fail(error);
        return false;
      }
    }

    function received(bytes: number, from: Buffer): boolean {
      if (body !== undefined) return content(body, from, 0, bytes);
      head = Buffer.concat([head, from.subarray(0, bytes)]);
      for (;;) {
        const end = head.indexOf(HEAD_END);
        if (end > MAX_HEAD_BYTES || (end < 0 && head.length > MAX_HEAD_BYTES))
          throw new Http1Error("a head that is too large");
        if (end < 0) return true;
        const answer = readHead(head.toString("latin1", 0, end));
        const { status, fields } = answer;
        head = head.subarray(end + HEAD_END.length);
        // 100 and its like come before the answer.
        if (status < 200) continue;
        const encoding = fields.get("content-encoding") ?? "identity";
        if (encoding.toLowerCase() !== "identity") throw new Http1Error(`content encoded as ${encoding}`);
        body = bodyDecoder(answer);
        early = head.subarray(0, body.take(head, 0, head.length));
        const type = fields.get("content-type") ?? "";
        resolve({ status, type, read, cancel: () => socket.destroy() });
        return false;
      }
    }

    function content(decoder: BodyDecoder, from: Buffer, begin: number, end: number): boolean {
      const to = decoder.take(from, begin, end);
      const wait = to > begin ? take?.(from.subarray(begin, to)) : undefined;
      if (decoder.ended) socket.destroy();
      if (wait === undefined) return true;
      wait.then(() => socket.resume(), fail);
      return false;
    }

    function read(taker: TakeContent): Promise<void> {
      take = taker;
      return new Promise((done, failed) => {
        finish = { resolve: done, reject: failed };
        if (socket.destroyed) return failed(failure ?? new Error("the connection was closed"));
        const first = early;
        early = Buffer.alloc(0);
        guarded(() => {
          const wait = first.length > 0 ? taker(first) : undefined;
          if (body?.ended === true) socket.destroy();
          else if (wait === undefined) socket.resume();
          else wait.then(() => socket.resume(), fail);
          return true;
        });
      });
    }
  });
}

function requestText(url: URL, headers: Readonly<Record<string, string>>): string {
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`];
  for (const [name, value] of Object.entries({ accept: "text/event-stream", ...headers })) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`;
}

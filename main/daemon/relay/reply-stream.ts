/** One stream of messages to an agent: a POST's answer or the standalone GET, kept so that it can be resumed. */
import type { ServerResponse } from "node:http";
import type { RpcMessage } from "../rpc/message.ts";

/** A reader this far behind gets no progress, which the next one supersedes anyway. */
const SKIP_PROGRESS_BYTES = 1024 * 1024;
/** A reader this far behind is cut off; it may resume. */
const CUT_OFF_BYTES = 256 * 1024 * 1024;
/** Told to agents as the time to wait before they resume a stream. */
export const RETRY_MS = 500;

export interface ReplyStream {
  readonly connected: boolean;
  /** Number of messages written or kept so far. */
  readonly sent: number;
  /** Sends it now if a reader is there. Gives the SSE block, to be kept for a resumption, or nothing when it was skipped. */
  send(message: RpcMessage): string | undefined;
  /** A reader takes over; whoever read before is dismissed. `replay` is written first. */
  attach(response: ServerResponse, headers: Record<string, string>, replay: string): void;
  /** Answers with this one message as plain JSON, which is only possible while nothing has been written. */
  answerWhole(message: RpcMessage, status?: number): boolean;
  /** A line that readers ignore, where a stream has begun and is not behind. */
  comment(text: string): void;
  /** Begins the SSE answer, for a request that takes longer. */
  begin(): void;
  /** Ends the response; the stream itself can go on for a reader that resumes. */
  detach(lastWords?: string): void;
}

/** Of every stream of events. */
export const SSE_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Without a `number` its events have no ids, and it cannot be resumed (MCP 2026-07-28).
 * `primes` sends an empty event with an id first, so that a reader can resume before the first message (MCP 2025-11-25).
 * `onLeft`: the reader has gone of its own accord.
 */
export function createReplyStream(
  number: number | undefined,
  primes: boolean,
  onLeft: () => void = () => {},
): ReplyStream {
  let response: ServerResponse | undefined;
  let headers: Record<string, string> = {};
  let begun = false;
  let sent = 0;

  const begin = () => {
    if (begun || response === undefined) return;
    begun = true;
    response.writeHead(200, { ...SSE_HEADERS, ...headers });
    if (!primes) return response.flushHeaders();
    sent += 1;
    response.write(`id: ${number}_${sent}\nretry: ${RETRY_MS}\ndata: \n\n`);
  };

  return {
    get connected() {
      return response !== undefined;
    },
    get sent() {
      return sent;
    },
    send(message) {
      const waiting = response?.writableLength ?? 0;
      if (waiting > SKIP_PROGRESS_BYTES && "method" in message && message.method === "notifications/progress") return;
      begin();
      sent += 1;
      const id = number === undefined ? "" : `id: ${number}_${sent}\n`;
      const block = `event: message\n${id}data: ${JSON.stringify(message)}\n\n`;
      if (waiting > CUT_OFF_BYTES) response?.destroy();
      else response?.write(block);
      return block;
    },
    attach(next, nextHeaders, replay) {
      response?.end();
      response = next;
      headers = nextHeaders;
      next.once("close", () => {
        if (response !== next) return;
        response = undefined;
        onLeft();
      });
      // A first reader gets its headers with the first message, or from begin().
      if (replay === "" && !begun) return;
      begun = true;
      next.writeHead(200, { ...SSE_HEADERS, ...headers });
      if (replay === "") next.flushHeaders();
      else next.write(replay);
    },
    answerWhole(message, status = 200) {
      if (begun || response === undefined) return false;
      // A string leaves together with the headers, in one write.
      const body = JSON.stringify(message);
      const length = Buffer.byteLength(body);
      response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": length });
      response.end(body);
      response = undefined;
      return true;
    },
    comment(text) {
      if (begun && response?.writableLength === 0) response.write(`: ${text}\n\n`);
    },
    begin,
    detach(lastWords) {
      begin();
      response?.end(lastWords);
      response = undefined;
    },
  };
}

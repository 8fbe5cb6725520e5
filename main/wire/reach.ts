/** How one HTTP server is reached: every connection to it is opened here, over loopback or through whatever `connect` gives. */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectTcp } from "node:net";
import { type Duplex, pipeline, Readable } from "node:stream";
import { pairs } from "./hop-headers.ts";

/** Takes bytes that lie at the beginning of `from`, good until it returns. False: no more for now, until `resume()`. */
export type TakeBytes = (bytes: number, from: Buffer) => boolean;

export interface Reach {
  /** What its addresses begin with, and whom `Host` names: `http://127.0.0.1:<port>`, as the server knows itself. */
  readonly base: string;
  /** Opens a connection. What comes is given to `take`, where there is one, without a copy where that is possible. */
  connect(take?: TakeBytes): Duplex;
  /** Keeps connections that are idle for the next request. */
  readonly agent: Agent;
  /** Lets the idle connections go. */
  close(): void;
}

/** Bytes of one read. */
const READ_BYTES = 64 * 1024;
/** As many stay as a page with all its frames asks for at once: closed and opened again, each would cost more than its request. */
const MAX_FREE = 128;
const IDLE_MS = 30_000;

/** A server of this machine. */
export function reachAddress(base: string): Reach {
  const url = new URL(base);
  const at = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80), noDelay: true };
  return reachThrough(base, (take) => {
    if (take === undefined) return connectTcp(at);
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    return connectTcp({ ...at, onread: { buffer, callback: (bytes) => take(bytes, buffer) } });
  });
}

/** A server behind any duplex stream. `open` gives a new one for each connection, and errors on it mean that there is none. */
export const reachBy = (base: string, open: () => Duplex): Reach =>
  reachThrough(base, (take) => {
    const stream = likeSocket(open());
    if (take !== undefined) {
      stream.on("data", (chunk: Buffer) => {
        if (!take(chunk.length, chunk)) stream.pause();
      });
    }
    return stream;
  });

function reachThrough(base: string, connect: Reach["connect"]): Reach {
  const agent = new (class extends Agent {
    override createConnection(): Duplex {
      return connect();
    }
  })({ keepAlive: true, maxFreeSockets: MAX_FREE, timeout: IDLE_MS });
  return {
    base,
    connect,
    agent,
    close() {
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    },
  };
}

/** Adds what Node's HTTP asks of a connection and a plain stream does not have or do. */
function likeSocket(stream: Duplex): Duplex {
  stream.on("end", () => stream.end());
  const same = () => stream;
  const lacking = ["setKeepAlive", "setNoDelay", "setTimeout", "ref", "unref"].filter((name) => !(name in stream));
  return Object.assign(stream, Object.fromEntries(lacking.map((name) => [name, same])));
}

export interface Asked {
  method?: string;
  headers?: Readonly<Record<string, string>> | Headers;
  /** Text, or bytes that are streamed. */
  body?: string | AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
}

/** Asks the server and gives its answer once the head is there; no redirect is followed. Rejects as `fetch` does, with what the connection said. */
export function ask(reach: Reach, path: string, asked: Asked = {}): Promise<Response> {
  const { method = "GET", body, signal } = asked;
  const headers = Object.fromEntries(new Headers(asked.headers));
  if (typeof body === "string") headers["content-length"] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    let answer: IncomingMessage | undefined;
    const send = (again: boolean) => {
      const request = httpRequest({
        agent: reach.agent,
        method,
        path,
        headers: { host: new URL(reach.base).host, ...headers },
      });
      const abort = () => {
        reject(signal?.reason);
        answer?.destroy(asError(signal?.reason));
        request.destroy();
      };
      const done = () => signal?.removeEventListener("abort", abort);
      signal?.addEventListener("abort", abort, { once: true });
      request.on("response", (came) => {
        answer = came;
        came.on("close", done);
        try {
          resolve(responseOf(came));
        } catch (error) {
          reject(error);
          request.destroy();
        }
      });
      request.on("error", (error) => {
        done();
        // A connection that the server closed at the moment of its reuse, where nothing can have been done.
        if (again && request.reusedSocket && answer === undefined && method === "GET" && signal?.aborted !== true) {
          return send(false);
        }
        reject(error);
      });
      if (body === undefined || typeof body === "string") request.end(body);
      // What breaks it off destroys the request, and is its error.
      else pipeline(Readable.from(body), request, () => {});
    };
    send(true);
  });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

const BODILESS = new Set([204, 205, 304]);

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 502;
  const headers = new Headers([...pairs(answer.rawHeaders)]);
  if (BODILESS.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
}

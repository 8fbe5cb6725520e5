/** Forwards one HTTP request to a server of this machine and streams its answer back, with back-pressure both ways. */
import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import type { LookupFunction } from "node:net";
import { endToEnd, pairs, plainReason, type RawHeaders, valuesOf, without } from "./hop-headers.ts";

/** What went wrong before an answer began. */
export type ForwardFault =
  /** Nothing accepted the connection. */
  | "nobody-listens"
  /** The connection broke, or what came is no HTTP answer. */
  | "broken"
  /** No head of an answer within the limit. */
  | "timeout";

/** What of Node's options says where a request goes and by which connection. */
export type Via = Pick<RequestOptions, "agent" | "createConnection" | "host" | "port" | "lookup"> & {
  autoSelectFamily?: boolean;
  autoSelectFamilyAttemptTimeout?: number;
};

export interface ForwardOptions {
  /** The request line's target, byte for byte. */
  target: string;
  /** End-to-end headers in their final form, `Host` included; those of the connection are added here. */
  headers: RawHeaders;
  /** How its server is reached: `toPort`, or what a `Reach` gives. */
  via: Via;
  /** Milliseconds to the head of the answer, once the request is out. */
  headTimeoutMs?: number;
  /** Last look at the answer's head: its headers in their final form, or undefined when the answer is not to be passed on (`taken`). */
  head: (status: number, headers: string[], answer: IncomingMessage) => string[] | undefined;
  /** Called when no answer was begun. The response is untouched then. */
  failed: (fault: ForwardFault) => void;
}

/** nginx's default for `proxy_read_timeout`. */
const HEAD_TIMEOUT_MS = 60_000;
/** A server that was asked for its 100 and says nothing gets the body after this, as clients have it (RFC 9110, 10.1.1). */
const CONTINUE_MS = 1_000;
/** The rest of a body that nobody wants is read for this long: a connection that is closed before takes the answer with it. */
const LINGER_MS = 300;
/** Heads of answers beyond this are refused. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Programs listen on either loopback address, and a name may resolve to one of them only. */
const bothLoopbacks: LookupFunction = (_name, options, done) => {
  if (options.all === true) {
    done(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
  } else done(null, "127.0.0.1", 4);
};

/** How a port of this machine is reached: by either loopback address, whichever accepts. */
export const loopback = (port: number) =>
  ({
    host: "localhost",
    port,
    lookup: bothLoopbacks,
    autoSelectFamily: true,
    // An address of this machine refuses at once or is busy: given up too early, a busy program looks like none.
    autoSelectFamilyAttemptTimeout: 2_000,
  }) as const;

/**
 * Connections that are kept for the next request. `maxSockets`: no bound, as a browser's own limit is per origin. As many stay
 * as a page with all its frames asks for at once: closed and opened again, each would cost more than its request.
 */
export const createForwardAgent = (): Agent => new Agent({ keepAlive: true, maxFreeSockets: 128, timeout: 30_000 });

const BODILESS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** A connection that the server closed at the moment of its reuse is tried once more, where nothing can have been done. */
const mayRepeat = (request: IncomingMessage, outgoing: ClientRequest): boolean =>
  outgoing.reusedSocket && !hasBody(request) && BODILESS.has(request.method ?? "");

const hasBody = (request: IncomingMessage): boolean =>
  valuesOf(request.rawHeaders, "transfer-encoding").length > 0 ||
  valuesOf(request.rawHeaders, "content-length").some((value) => value !== "0");

export function forwardRequest(request: IncomingMessage, response: ServerResponse, options: ForwardOptions): void {
  const { via, headTimeoutMs = HEAD_TIMEOUT_MS } = options;
  const method = request.method ?? "GET";
  const body = hasBody(request);
  const headers = without(options.headers, "content-length");
  const [length] = valuesOf(request.rawHeaders, "content-length");
  if (body && length !== undefined) headers.push("Content-Length", length);
  else if (body) headers.push("Transfer-Encoding", "chunked");
  // Without it, Node would announce a body for these.
  else if (!BODILESS.has(method)) headers.push("Content-Length", "0");
  headers.push("Connection", "keep-alive");

  /** The client asks whether its body is wanted. It is held back here too: what a server that refuses has not read costs its answer. */
  const asks = body && valuesOf(options.headers, "expect").some((value) => value.toLowerCase() === "100-continue");
  let passing = false;
  let patience: NodeJS.Timeout | undefined;
  let begun = false;
  let over = false;
  let clock: NodeJS.Timeout | undefined;
  let timedOut = false;

  function fail(fault: ForwardFault): void {
    clearTimeout(clock);
    // Once an answer has begun, its own end says whether it is whole: a server may answer and then refuse the rest of the body.
    if (over || begun) return;
    over = true;
    options.failed(fault);
  }

  function send(): ClientRequest {
    const outgoing = httpRequest({
      ...via,
      method,
      path: options.target,
      headers,
      maxHeaderSize: MAX_HEAD_BYTES,
      setHost: false,
    });
    // The bytes of the head are bounded; a bound on its lines would leave out the last ones without a word.
    outgoing.maxHeadersCount = 0;
    outgoing.on("response", (answer) => receive(outgoing, answer));
    outgoing.on("continue", () => {
      if (!response.headersSent) response.writeContinue();
      passBody();
    });
    outgoing.on("information", ({ statusCode, headers: hints }) => {
      if (statusCode !== 103 || response.headersSent || hints.link === undefined) return;
      try {
        response.writeEarlyHints({ link: hints.link });
      } catch {
        // A hint that Node cannot write again is only a hint.
      }
    });
    // An answer to another question than was asked; without a listener Node would say nothing of it.
    outgoing.on("upgrade", (_answer, socket) => {
      socket.destroy();
      fail("broken");
    });
    outgoing.on("error", (error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }) => {
      if (!begun && !over && !timedOut && mayRepeat(request, outgoing)) {
        current = send();
        current.end();
        return;
      }
      const refused = [error, ...(error.errors ?? [])].some(
        ({ code }) => code === "ECONNREFUSED" || code === "EADDRNOTAVAIL",
      );
      fail(timedOut ? "timeout" : refused ? "nobody-listens" : "broken");
    });
    return outgoing;
  }

  function receive(outgoing: ClientRequest, answer: IncomingMessage): void {
    clearTimeout(clock);
    // No refusal: it wants the body all the same.
    if ((answer.statusCode ?? 502) < 400) passBody();
    begun = true;
    const headers = options.head(answer.statusCode ?? 502, endToEnd(answer.rawHeaders), answer);
    if (headers === undefined || over) {
      over = true;
      answer.destroy();
      return;
    }
    response.sendDate = false;
    try {
      response.writeHead(answer.statusCode ?? 502, plainReason(answer.statusMessage), headers);
    } catch {
      // A header that Node reads and does not write: the answer cannot be passed on as it is.
      over = true;
      outgoing.destroy();
      options.failed("broken");
      return;
    }
    // The head must not wait for a body that may come much later (SSE).
    response.flushHeaders();
    answer.on("data", (chunk: Buffer) => {
      if (!response.destroyed && !response.write(chunk)) answer.pause();
    });
    response.on("drain", () => answer.resume());
    answer.on("end", () => {
      if (!addTrailers(response, answer)) response.destroy();
      else if (asks && !request.complete) endLater();
      else response.end();
    });
    // Cut short: the client must not take what it has for the whole.
    answer.on("close", () => answer.complete || response.destroy());
    answer.on("error", () => response.destroy());
  }

  /** Its head and body are out; the client may still be sending. */
  function endLater(): void {
    const late = setTimeout(() => response.end(), LINGER_MS);
    request.once("end", () => response.end());
    response.once("close", () => clearTimeout(late));
    request.resume();
  }

  let current = send();
  response.on("error", () => response.destroy());
  response.once("close", () => {
    over = true;
    clearTimeout(clock);
    clearTimeout(patience);
    current.destroy();
  });
  const sent = () => {
    if (begun || over) return;
    clock = setTimeout(() => {
      timedOut = true;
      current.destroy(new Error("no answer"));
    }, headTimeoutMs);
    clock.unref();
  };
  if (!body) {
    current.end();
    sent();
    return;
  }
  function passBody(): void {
    if (passing || begun || over || !body) return;
    passing = true;
    clearTimeout(patience);
    request.on("data", (chunk: Buffer) => {
      if (!current.destroyed && !current.write(chunk)) request.pause();
    });
    current.on("drain", () => request.resume());
  }
  if (asks) patience = setTimeout(passBody, CONTINUE_MS);
  else passBody();
  // Answered, or failed, before it had all: the client may send the rest to nowhere, and its connection stays good.
  current.on("close", () => request.resume());
  request.on("end", () => {
    // Read to be dropped.
    if (!passing) return;
    if (!addTrailers(current, request)) {
      current.destroy(new Error("trailers that Node cannot write"));
      return;
    }
    current.end();
    sent();
  });
  // The client went in the middle of its request.
  request.on("error", () => current.destroy());
}

/** False for trailers that Node reads and does not write. */
function addTrailers(to: ClientRequest | ServerResponse, { rawTrailers }: IncomingMessage): boolean {
  if (rawTrailers.length === 0) return true;
  try {
    to.addTrailers([...pairs(rawTrailers)]);
    return true;
  } catch {
    return false;
  }
}

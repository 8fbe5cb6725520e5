/** Forwards a WebSocket handshake to a server of this machine and, once that accepts, every byte both ways, untouched. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Via } from "./forward-request.ts";
import { closeFrame, createFrameBoundary } from "./frame-boundary.ts";
import { endToEnd, pairs, plainReason, type RawHeaders, valuesOf, without } from "./hop-headers.ts";

export type UpgradeFault = "nobody-listens" | "broken" | "timeout";

export interface ForwardUpgradeOptions {
  target: string;
  /** End-to-end headers in their final form, `Host` included. */
  headers: RawHeaders;
  /** How its server is reached; each handshake has a connection of its own. */
  via: Via;
  /** Headers of the 101 in their final form. */
  accepted: (headers: string[]) => string[];
  /** Headers of a refusal in their final form; undefined when it is dealt with otherwise, and nothing is sent. */
  refused: (status: number, headers: string[], answer: IncomingMessage) => string[] | undefined;
  /** Called when there was no answer at all. The client's stream is untouched then. */
  failed: (fault: UpgradeFault) => void;
  /** Code that the client is sent when the server goes without a close frame of its own. */
  brokenCode: number;
  timeoutMs?: number;
}

export interface Splice {
  /** Ends both sides. The client gets a close frame with this code, where one can still be sent. */
  close(code: number, reason: string): void;
}

const HANDSHAKE_TIMEOUT_MS = 15_000;
const MAX_HEAD_BYTES = 64 * 1024;
/** Milliseconds in which the frame that is under way may end before a close frame is given up. */
const FRAME_MS = 300;
/** Milliseconds in which the client may answer the close. */
const CLOSING_MS = 500;
/** Milliseconds in which a slow client may take what the server sent before it went. */
const LAST_BYTES_MS = 30_000;

/** `head`: what the client sent behind its handshake. */
export function forwardUpgrade(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  options: ForwardUpgradeOptions,
): Splice {
  const { timeoutMs = HANDSHAKE_TIMEOUT_MS } = options;
  const upgrade = valuesOf(request.rawHeaders, "upgrade")[0] ?? "websocket";
  let over = false;
  let live: { server: Duplex; close(code: number, reason: string): void } | undefined;
  let timedOut = false;
  const outgoing = httpRequest({
    ...options.via,
    method: request.method ?? "GET",
    path: options.target,
    // A handshake has no body (RFC 6455 §4.1): a server that takes it for an ordinary request must not wait for one.
    headers: [...without(options.headers, "content-length"), "Connection", "Upgrade", "Upgrade", upgrade],
    maxHeaderSize: MAX_HEAD_BYTES,
    setHost: false,
  });
  outgoing.maxHeadersCount = 0;
  const clock = setTimeout(() => {
    timedOut = true;
    outgoing.destroy(new Error("no answer"));
  }, timeoutMs);
  clock.unref();

  const gone = () => {
    over = true;
    clearTimeout(clock);
    outgoing.destroy();
    live?.server.destroy();
  };
  client.once("close", gone);
  client.on("error", () => client.destroy());

  outgoing.on("upgrade", (answer, server, first) => {
    clearTimeout(clock);
    if (over) {
      server.destroy();
      return;
    }
    client.write(
      headOf(answer, options.accepted(endToEnd(answer.rawHeaders)), ["Connection", "Upgrade", "Upgrade", upgrade]),
    );
    live = splice(client, server, options.brokenCode, first, head);
  });
  outgoing.on("response", (answer) => {
    clearTimeout(clock);
    if (over) return;
    const headers = options.refused(answer.statusCode ?? 502, endToEnd(answer.rawHeaders), answer);
    over = true;
    if (headers === undefined) {
      answer.destroy();
      return;
    }
    // The end of the connection is the end of the body: the length that the server gave may be none.
    client.write(headOf(answer, headers, ["Connection", "close"]));
    answer.pipe(client);
    answer.on("error", () => client.destroy());
  });
  outgoing.on("error", (error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }) => {
    clearTimeout(clock);
    if (over || live !== undefined) return;
    over = true;
    client.off("close", gone);
    const refused = [error, ...(error.errors ?? [])].some(
      ({ code }) => code === "ECONNREFUSED" || code === "EADDRNOTAVAIL",
    );
    options.failed(timedOut ? "timeout" : refused ? "nobody-listens" : "broken");
  });
  outgoing.end();

  return {
    close(code, reason) {
      if (live !== undefined) live.close(code, reason);
      else {
        gone();
        client.destroy();
      }
    },
  };
}

/** A status line and headers as they came. Node has checked that no value holds a line break. */
function headOf(answer: IncomingMessage, headers: RawHeaders, own: readonly string[]): Buffer {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${plainReason(answer.statusMessage)}`];
  for (const [name, value] of pairs([...headers, ...own])) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function splice(client: Duplex, server: Duplex, brokenCode: number, fromServer: Buffer, fromClient: Buffer) {
  const boundary = createFrameBoundary();
  let ending = false;
  const down = (bytes: Buffer) => {
    boundary.pass(bytes);
    if (!client.write(bytes)) server.pause();
  };
  const up = (bytes: Buffer) => {
    if (!server.write(bytes)) client.pause();
  };
  if (fromServer.length > 0) down(fromServer);
  if (fromClient.length > 0) up(fromClient);
  server.on("data", down);
  client.on("data", up);
  client.on("drain", () => server.resume());
  server.on("drain", () => client.resume());

  /** `patient`: what the server has sent still reaches a client that reads slowly. */
  function finish(code: number, reason: string, patient = false): void {
    if (ending) return;
    ending = true;
    server.off("data", down);
    client.off("data", up);
    if (boundary.between && !boundary.closed && client.writable) client.write(closeFrame(code, reason));
    client.end();
    client.resume();
    server.destroy();
    const cut = (ms: number) => setTimeout(() => client.destroy(), ms).unref();
    if (!patient || client.writableFinished) {
      cut(CLOSING_MS);
      return;
    }
    const late = cut(LAST_BYTES_MS);
    client.once("finish", () => {
      clearTimeout(late);
      cut(CLOSING_MS);
    });
  }

  server.on("end", () => finish(brokenCode, "the program closed the connection", true));
  server.on("error", () => finish(brokenCode, "the connection to the program broke", true));
  server.on("close", () => finish(brokenCode, "the connection to the program broke", true));
  client.on("end", () => server.end());
  return {
    server,
    close(code: number, reason: string) {
      // Access has ended: a client that is only still being sent the rest gets no more of it.
      if (ending) setTimeout(() => client.destroy(), CLOSING_MS).unref();
      if (boundary.between || boundary.closed || ending) return finish(code, reason);
      // In the middle of a frame: what is left of it may still come.
      const clock = setTimeout(() => finish(code, reason), FRAME_MS);
      clock.unref();
      server.on("data", () => {
        if (!boundary.between) return;
        clearTimeout(clock);
        finish(code, reason);
      });
    },
  };
}

/**
 * Plain HTTP/1.1 connections to one origin, for what Node's own client costs too much: a call of a tool on this machine
 * takes a third of a millisecond, and that client a fifth of it. TLS and proxies stay with Node's.
 */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { connect, type Socket } from "node:net";
import type { LinkFault } from "../connection/link.ts";
import { connectFault, type Exchange, type HttpCarrier, type HttpRequest, type ResponseBody } from "./http-exchange.ts";
import { createResponseReader } from "./read-response.ts";

/** A connection that lay unused for this long is not used again: servers close theirs after 5 s, most without saying so. */
const IDLE_MS = 4_000;
/** Taken off what a server says: a request must not meet the closing on its way. */
const IDLE_MARGIN_MS = 1_000;
/** Kept unused; beyond that they are closed. */
const MAX_IDLE = 64;
/** Read at once, into memory of each connection's own. */
const READ_BYTES = 32 * 1024;

/** Framing is ours to decide. */
const OWN_HEADERS = new Set(["connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"]);

interface Connection {
  socket: Socket;
  exchange: Exchange | undefined;
  body: ResponseBody | undefined;
  /** When it may no longer be used; meaningless while it is. */
  staleAt: number;
}

export function createLeanCarrier(origin: URL, clock = () => performance.now()): HttpCarrier {
  const host = origin.hostname.replace(/^\[|\]$/g, "");
  const port = Number(origin.port) || 80;
  const open = new Set<Connection>();
  /** The one used last is taken first. */
  const idle: Connection[] = [];
  let sweep: NodeJS.Timeout | undefined;

  const drop = (connection: Connection) => {
    connection.exchange = undefined;
    connection.body = undefined;
    open.delete(connection);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
    connection.socket.destroy();
  };
  const lose = (connection: Connection, fault: LinkFault) => {
    const { exchange, body } = connection;
    drop(connection);
    if (body !== undefined) body.end(false);
    else exchange?.failed(fault);
  };
  const sweepLater = () => {
    sweep ??= setTimeout(() => {
      sweep = undefined;
      for (const connection of idle.filter(({ staleAt }) => staleAt <= clock())) drop(connection);
      if (idle.length > 0) sweepLater();
    }, IDLE_MS);
  };
  const release = (connection: Connection, idleMs: number) => {
    if (idleMs <= 0 || idle.length >= MAX_IDLE) return drop(connection);
    connection.staleAt = clock() + idleMs;
    idle.push(connection);
    sweepLater();
  };
  const create = (): Connection => {
    const reader = createResponseReader({
      head(head) {
        connection.body = connection.exchange?.head(head);
      },
      data(bytes) {
        if (connection.body?.data(bytes) === false) drop(connection);
      },
      end(reusable, idleMs) {
        const { body } = connection;
        connection.exchange = undefined;
        connection.body = undefined;
        if (reusable && open.has(connection)) {
          release(connection, idleMs === undefined ? IDLE_MS : idleMs - IDLE_MARGIN_MS);
        } else drop(connection);
        body?.end(true);
      },
    });
    const take = (bytes: Buffer) => {
      // Nobody asked for anything, or it was dropped while it was read.
      if (connection.exchange === undefined) return drop(connection);
      const wrong = reader.feed(bytes);
      if (wrong !== undefined) lose(connection, { reason: `does not speak HTTP: it sent ${wrong}` });
    };
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 1_000,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback(size, buffer) {
          take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
          return true;
        },
      },
    });
    const connection: Connection = { socket, exchange: undefined, body: undefined, staleAt: 0 };
    const gone = () => {
      if (connection.exchange === undefined) return drop(connection);
      if (!reader.close()) lose(connection, HUNG_UP);
    };
    socket.on("error", (error) => lose(connection, connectFault(error)));
    socket.on("end", gone);
    socket.on("close", gone);
    open.add(connection);
    return connection;
  };
  const taken = (): Connection => {
    const now = clock();
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.staleAt > now && last.socket.writable) return last;
      drop(last);
    }
    return create();
  };

  return {
    send(request, exchange) {
      const head = headOf(request, origin.host);
      const connection = taken();
      connection.exchange = exchange;
      const { socket } = connection;
      const { body = "" } = request;
      // Together in one write. Only ASCII is the same in a head, which is Latin-1, and in a body.
      if (Buffer.byteLength(head) === head.length) socket.write(head + body);
      else {
        socket.cork();
        socket.write(head, "latin1");
        socket.write(body);
        socket.uncork();
      }
    },
    dispose() {
      clearTimeout(sweep);
      for (const connection of [...open]) lose(connection, { reason: "was closed" });
    },
  };
}

const HUNG_UP: LinkFault = { reason: "cannot be reached: it hung up without an answer" };

function headOf({ method, target, headers, body }: HttpRequest, host: string): string {
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || OWN_HEADERS.has(name)) continue;
    validateHeaderName(name);
    validateHeaderValue(name, value);
    head += `${name}: ${value}\r\n`;
  }
  return body === undefined ? `${head}\r\n` : `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

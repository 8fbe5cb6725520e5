/** A WebSocket's bytes as the kernel gives them: no frames, no allocations, and a pause that does stop reading. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";

const HEAD_END = Buffer.from("\r\n\r\n");
/** One for all of them: whatever is read is looked at before the next is. */
const buffer = Buffer.alloc(256 * 1024);

export interface RawSocket {
  /** Calls `take` with what comes from now on, in memory that is used again. Unless it returns false, it goes on. */
  read(take: (bytes: Buffer) => boolean): void;
  /** Goes on after `take` has returned false. */
  resume(): void;
  close(): void;
}

/** Opens it and reads nothing behind the handshake. Throws when the server says no. */
export function openRawSocket(url: string, headers: Record<string, string>): Promise<RawSocket> {
  const { hostname, port, pathname, search } = new URL(url);
  const fields = {
    host: `${hostname}:${port}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
    "sec-websocket-protocol": SUBPROTOCOL,
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let take = (bytes: Buffer): boolean => {
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) return true;
      if (head.toString("latin1", 0, end).startsWith("HTTP/1.1 101")) resolve(opened(head.subarray(end)));
      else reject(new Error(`the gateway answered ${head.toString("latin1", 0, head.indexOf("\r"))}`));
      return false;
    };
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      onread: { buffer, callback: (size) => take(buffer.subarray(0, size)) },
    });
    const opened = (rest: Buffer): RawSocket => ({
      read(next) {
        take = next;
        if (next(rest)) socket.resume();
      },
      resume: () => socket.resume(),
      close: () => socket.destroy(),
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the gateway closed the connection")));
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`);
  });
}

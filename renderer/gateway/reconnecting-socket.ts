/** Owns one WebSocket that comes back by itself: jittered waiting, a countdown to show, and a stop for refusals. */
import { BEARER_SUBPROTOCOL_PREFIX, CLOSE, SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import type { Connection } from "../host/host.ts";
import { backoffMs, STABLE_MS } from "./backoff.ts";

export type LinkState =
  | { state: "connecting" }
  | { state: "open" }
  /** `retryAt` in milliseconds of this page's clock. */
  | { state: "waiting"; retryAt: number; since: number }
  /** No further attempt is made: the token was revoked, or what it asks for does not exist. */
  | { state: "closed"; code: number; reason: string };

export interface SocketOptions {
  connection: Connection;
  /** Path and query, asked anew for each attempt so that it can carry `after=`. */
  path: () => string;
  onText: (text: string) => void;
  onBytes?: (bytes: ArrayBuffer) => void;
  onLink: (link: LinkState) => void;
  onOpen?: (send: (data: string | Uint8Array<ArrayBuffer>) => void) => void;
}

export interface ReconnectingSocket {
  /** False when there is no open connection: nothing is queued. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean;
  reconnectNow(): void;
  dispose(): void;
}

/** Closes after which another attempt cannot succeed. */
const FINAL = new Set<number>([CLOSE.tokenRevoked, CLOSE.noSuchSession, CLOSE.policy]);

export function openReconnectingSocket(options: SocketOptions): ReconnectingSocket {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let lostAt: number | undefined;
  let disposed = false;

  const connect = (): void => {
    clearTimeout(timer);
    timer = undefined;
    options.onLink({ state: "connecting" });
    const { url, token } = options.connection;
    const address = url.replace(/^http/, "ws") + options.path();
    const current = new WebSocket(address, [`${BEARER_SUBPROTOCOL_PREFIX}${token}`, SUBPROTOCOL]);
    current.binaryType = "arraybuffer";
    socket = current;
    let openedAt: number | undefined;
    current.onopen = () => {
      openedAt = performance.now();
      lostAt = undefined;
      options.onLink({ state: "open" });
      options.onOpen?.((data) => current.send(data));
    };
    current.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === "string") options.onText(event.data);
      else options.onBytes?.(event.data);
    };
    current.onclose = (event) => {
      if (disposed || socket !== current) return;
      socket = undefined;
      if (FINAL.has(event.code)) {
        options.onLink({ state: "closed", code: event.code, reason: event.reason });
        return;
      }
      if (openedAt !== undefined && performance.now() - openedAt >= STABLE_MS) attempt = 0;
      wait();
    };
  };

  const wait = (): void => {
    const delay = backoffMs(attempt, Math.random());
    attempt += 1;
    lostAt ??= Date.now();
    options.onLink({ state: "waiting", retryAt: Date.now() + delay, since: lostAt });
    timer = setTimeout(connect, delay);
  };

  /** The network is back, or somebody asks: no reason to wait for the timer. Also after a close that seemed final. */
  const reconnectNow = (): void => {
    if (!disposed && socket === undefined) connect();
  };
  window.addEventListener("online", reconnectNow);
  connect();

  return {
    send(data) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(data);
      return true;
    },
    reconnectNow,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      window.removeEventListener("online", reconnectNow);
      socket?.close();
      socket = undefined;
    },
  };
}

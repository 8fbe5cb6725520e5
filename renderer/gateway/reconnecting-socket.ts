/** One WebSocket that reconnects on its own: jittered waiting, a countdown to show, and a stop for refusals. */
import { BEARER_SUBPROTOCOL_PREFIX, CLOSE, SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { backoff, STABLE_MS } from "../../shared/retry/backoff.ts";
import type { GatewayGate } from "./gateway-gate.ts";

/** A person who watches the countdown should not see 0 s twice a second. */
const SHORTEST_WAIT_MS = 250;

export type LinkState =
  /** `since`: when an earlier connection was lost, in milliseconds of this page's clock. */
  | { state: "connecting"; since?: number }
  | { state: "open" }
  /** `retryAt` in milliseconds of this page's clock. `stranger`: something answers there and cannot prove that it is ours. */
  | { state: "waiting"; retryAt: number; since: number; stranger?: boolean }
  /** No further attempt is made: the token was revoked, or what it asks for does not exist. */
  | { state: "closed"; code: number; reason: string };

export interface SocketOptions {
  gate: GatewayGate;
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
  /** Attempts that wait at the gate; only the newest may go on. */
  let newest = 0;
  let atGate = false;

  const connect = (): void => {
    clearTimeout(timer);
    timer = undefined;
    options.onLink({ state: "connecting", ...(lostAt !== undefined && { since: lostAt }) });
    const token = options.gate.tokenNow();
    if (token !== undefined) {
      open(token);
      return;
    }
    newest += 1;
    const mine = newest;
    atGate = true;
    void options.gate.token().then((passed) => {
      if (disposed || mine !== newest) return;
      atGate = false;
      if (passed.ok) open(passed.value);
      else wait(passed.fault.code === "stranger");
    });
  };

  const open = (token: string): void => {
    const address = options.gate.url.replace(/^http/, "ws") + options.path();
    const current = new WebSocket(address, [`${BEARER_SUBPROTOCOL_PREFIX}${token}`, SUBPROTOCOL]);
    current.binaryType = "arraybuffer";
    socket = current;
    let openedAt: number | undefined;
    let release: (lost: boolean) => void = (lost) => lost && options.gate.lost();
    current.onopen = () => {
      release = options.gate.holds();
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
      release(!disposed);
      if (disposed || socket !== current) return;
      socket = undefined;
      if (FINAL.has(event.code)) {
        options.onLink({ state: "closed", code: event.code, reason: event.reason });
        return;
      }
      if (openedAt !== undefined && performance.now() - openedAt >= STABLE_MS) attempt = 0;
      wait(false);
    };
  };

  const wait = (stranger: boolean): void => {
    const delay = backoff(attempt, Math.random, SHORTEST_WAIT_MS);
    attempt += 1;
    lostAt ??= Date.now();
    options.onLink({ state: "waiting", retryAt: Date.now() + delay, since: lostAt, ...(stranger && { stranger }) });
    timer = setTimeout(connect, delay);
  };

  /** The network is back, or somebody asks: no reason to wait for the timer. Also after a close that seemed final. */
  const reconnectNow = (): void => {
    if (!disposed && socket === undefined && !atGate) connect();
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

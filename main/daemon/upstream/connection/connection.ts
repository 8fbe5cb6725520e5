/** One session's connection to one upstream over its whole life: handshake, loss, restart with backoff. */
import type { JsonObject, RpcNotification, RpcReply, RpcRequest } from "../../rpc/message.ts";
import { type ClientSide, type ServerSide, shakeHands } from "./handshake.ts";
import { isAway, type LinkFault, type OpenLink } from "./link.ts";
import { createPeer, type Peer, type Waiting } from "./peer.ts";

export const CONNECT_TIMEOUT_MS = 60_000;
const RESTART_MS = 1_000;
const MAX_RESTART_MS = 30_000;
/** Restarts of a process that nobody asked for; after them the next request starts it. */
const UNASKED_RESTARTS = 5;
/** A connection that held this long resets the backoff. */
const STABLE_MS = 10_000;

const NOT_CONNECTED: LinkFault = { reason: "is not connected" };

export type ConnectionState =
  | { phase: "connecting" }
  | { phase: "ready"; server: ServerSide; latencyMs: number }
  | { phase: "failed"; fault: LinkFault }
  /** Closed for now: begins again when something is asked of it. */
  | { phase: "resting" }
  | { phase: "closed" };

export interface ConnectionHandlers {
  request(message: RpcRequest, related: Waiting | undefined): void;
  notification(message: RpcNotification, related: Waiting | undefined): void;
  state(state: ConnectionState): void;
}

export interface Connection {
  readonly name: string;
  /** The configuration that it was opened with (`definitionOf`). */
  readonly definition: string | undefined;
  readonly state: ConnectionState;
  /** The live peer, only while ready. */
  readonly peer: Peer | undefined;
  /** Resolves when the connection is no longer connecting, or after `ms`. */
  settled(ms: number): Promise<void>;
  /** Tries a failed or resting connection again at once. */
  wake(): void;
  /** Gives back what the connection holds, the process of a stdio server too, until it is woken. */
  rest(): void;
  /**
   * As `Peer.send`; an upstream that lost our session is initialised again and asked once more. Gives a way to cancel.
   * What becomes of the request is never told before this has returned.
   */
  send(method: string, params: JsonObject | undefined, waiting: Waiting): Sent;
  answer(reply: RpcReply): void;
  restart(): void;
  close(): Promise<void>;
}

export interface Sent {
  cancel(reason: string | undefined): void;
}

export interface ConnectionOptions {
  name: string;
  definition?: string;
  open: OpenLink;
  client: ClientSide;
  handlers: ConnectionHandlers;
  /** It has a life of its own elsewhere: while it is away it is tried again for ever. */
  remote?: boolean;
  connectTimeoutMs?: number;
  random?: () => number;
  clock?: () => number;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { name, handlers, client, random = Math.random, clock = () => performance.now() } = options;
  let state: ConnectionState = { phase: "connecting" };
  let peer: Peer | undefined;
  let live: Peer | undefined;
  let attempts = 0;
  let readyAt = 0;
  let timer: NodeJS.Timeout | undefined;
  /** What the connection had when it was told to rest has ended. */
  let givenBack: Promise<void> = Promise.resolve();
  let settle = Promise.withResolvers<void>();

  const become = (next: ConnectionState) => {
    const was = state.phase;
    state = next;
    if (next.phase === "connecting" && was !== "connecting") settle = Promise.withResolvers<void>();
    if (next.phase !== "connecting") settle.resolve();
    handlers.state(next);
  };
  const fail = (fault: LinkFault) => {
    if (state.phase === "closed") return;
    if (live !== undefined && clock() - readyAt > STABLE_MS) attempts = 0;
    live = undefined;
    become({ phase: "failed", fault });
    // Trying again changes nothing until a person has signed in.
    if (fault.signIn === true) return;
    // A process that dies again and again is let be; an address at which nobody is costs little to try.
    if (attempts >= UNASKED_RESTARTS && !(options.remote === true && isAway(fault))) return;
    const delay = Math.min(RESTART_MS * 2 ** attempts, MAX_RESTART_MS);
    attempts += 1;
    timer = setTimeout(connect, Math.max(RESTART_MS, delay / 2 + (random() * delay) / 2));
  };
  const connect = () => {
    clearTimeout(timer);
    if (state.phase === "closed") return;
    if (state.phase !== "connecting") become({ phase: "connecting" });
    void attempt();
  };
  const attempt = async () => {
    const startedAt = clock();
    let ended: LinkFault | undefined;
    const mine = createPeer(options.open, {
      request: (message, related) => peer === mine && handlers.request(message, related),
      notification: (message, related) => peer === mine && handlers.notification(message, related),
      closed: (fault) => {
        ended = fault;
        // Before the handshake is done it is told with its outcome.
        if (live !== mine) return;
        // At once, unless it is lost again and again.
        if (fault.sessionLost === true && clock() - readyAt > RESTART_MS) connect();
        else fail(fault);
      },
    });
    const former = peer;
    peer = mine;
    if (former !== undefined) void former.close();
    const outcome = await shakeHands(mine, client, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    if (peer !== mine) return void mine.close();
    // A server may be gone again after its last answer, while it was told that the handshake is done.
    const fault = outcome.ok ? ended : outcome.fault;
    if (!outcome.ok || fault !== undefined) {
      await mine.close();
      if (peer === mine) fail(fault ?? NOT_CONNECTED);
      return;
    }
    live = mine;
    readyAt = clock();
    become({ phase: "ready", server: outcome.server, latencyMs: Math.round(readyAt - startedAt) });
  };
  const settled = async (ms: number) => {
    if (state.phase !== "connecting") return;
    let late: NodeJS.Timeout | undefined;
    await Promise.race([
      settle.promise,
      new Promise<void>((resolve) => {
        late = setTimeout(resolve, ms);
      }),
    ]);
    clearTimeout(late);
  };

  connect();
  return {
    name,
    definition: options.definition,
    get state() {
      return state;
    },
    get peer() {
      return live;
    },
    settled,
    wake() {
      if (state.phase === "failed") connect();
      if (state.phase !== "resting") return;
      become({ phase: "connecting" });
      // Two processes at once might want the same lock or port.
      void givenBack.finally(() => state.phase === "connecting" && peer === undefined && void attempt());
    },
    rest() {
      if (state.phase === "closed" || state.phase === "resting") return;
      clearTimeout(timer);
      attempts = 0;
      const last = peer;
      live = undefined;
      peer = undefined;
      become({ phase: "resting" });
      givenBack = last?.close() ?? Promise.resolve();
    },
    send(method, params, waiting) {
      let cancelled: { reason: string | undefined } | undefined;
      let cancel: (reason: string | undefined) => void = () => {};
      const attemptSend = (again: boolean) => {
        if (cancelled !== undefined) return;
        const to = live;
        if (to === undefined) {
          const { reason, signIn } = state.phase === "failed" ? state.fault : NOT_CONNECTED;
          const fault = { reason, undelivered: true, ...(signIn === true && { signIn }) };
          return queueMicrotask(() => {
            if (cancelled === undefined) waiting.lost(fault);
          });
        }
        const id = to.send(method, params, {
          ...waiting,
          lost(fault) {
            // Refused as unknown once more, by a session that was begun for it: then it is the request that is refused.
            if (again && fault.sessionLost === true) {
              const { reason, status, error } = fault;
              if (status !== undefined) return waiting.lost({ reason, status });
              if (error !== undefined) return waiting.reply({ jsonrpc: "2.0", error });
            }
            if (again || fault.sessionLost !== true || cancelled !== undefined) return waiting.lost(fault);
            if (live === to) connect();
            void settled(CONNECT_TIMEOUT_MS).then(() => attemptSend(true));
          },
        });
        cancel = (reason) => to.cancel(id, reason);
      };
      attemptSend(false);
      return {
        cancel(reason) {
          cancelled = { reason };
          cancel(reason);
        },
      };
    },
    answer: (reply) => live?.answer(reply),
    restart() {
      attempts = 0;
      live = undefined;
      connect();
    },
    async close() {
      clearTimeout(timer);
      become({ phase: "closed" });
      live = undefined;
      const last = peer;
      peer = undefined;
      await last?.close();
    },
  };
}

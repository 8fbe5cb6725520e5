/** Owns the ids of one upstream connection: which request of ours an answer, a progress or a loss belongs to. */
import {
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  notification,
  type RpcId,
  type RpcNotification,
  type RpcReply,
  type RpcRequest,
  request,
  withProgressToken,
} from "../rpc/message.ts";
import type { LinkFault, OpenLink } from "./link.ts";

/** What becomes of one request. Exactly one of `reply` and `lost` is called, once; nothing after `cancel`. */
export interface Waiting {
  /** Id of the agent's request that this one carries out; absent for the daemon's own. */
  readonly agentId?: RpcId;
  reply(reply: RpcReply): void;
  lost(fault: LinkFault): void;
  /** Asks for progress; called for each that comes before the answer, and after it for a task, with the notification's params. */
  progress?(params: JsonObject): void;
  /** The server closed this request's stream for now; the answer comes on a later one. */
  paused?(): void;
}

export interface PeerHandlers {
  /**
   * `related` is the request that it belongs to: the one on whose stream it came or, where the transport has no
   * streams, the only one that waits.
   */
  request(message: RpcRequest, related: Waiting | undefined): void;
  notification(message: RpcNotification, related: Waiting | undefined): void;
  closed(fault: LinkFault): void;
}

export interface Peer {
  start(): Promise<LinkFault | undefined>;
  ready(protocolVersion: string): void;
  /** Sends a request under an id and a progress token of our own, and returns that id. */
  send(method: string, params: JsonObject | undefined, waiting: Waiting): number;
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Answers a request of the server. */
  answer(reply: RpcReply): void;
  /** Tells the server to stop and forgets the request. */
  cancel(id: number, reason: string | undefined): void;
  stderr(): string;
  close(): Promise<void>;
}

/** Requests that became tasks, whose progress goes on after their answer; the oldest is forgotten first. */
const MAX_BACKGROUND = 1_000;

export function createPeer(open: OpenLink, handlers: PeerHandlers): Peer {
  const waitingFor = new Map<number, Waiting>();
  const background = new Map<number, Waiting>();
  let count = 0;
  let closed = false;

  const take = (id: RpcId | undefined): Waiting | undefined => {
    if (typeof id !== "number") return undefined;
    const waiting = waitingFor.get(id);
    waitingFor.delete(id);
    return waiting;
  };
  const settle = (reply: RpcReply) => {
    const waiting = take(reply.id);
    // Its token stays good for as long as the task lives (MCP 2025-11-25, tasks).
    if (
      waiting?.progress !== undefined &&
      typeof reply.id === "number" &&
      "result" in reply &&
      isObject(reply.result.task)
    ) {
      background.set(reply.id, waiting);
      const [oldest] = background.keys();
      if (background.size > MAX_BACKGROUND && oldest !== undefined) background.delete(oldest);
    }
    try {
      waiting?.reply(reply);
    } catch (error) {
      // Nested so deeply that it cannot be written again, for one.
      const reason = error instanceof Error ? error.message : String(error);
      waiting?.lost({ reason: `sent an answer that cannot be passed on: ${reason}` });
    }
  };
  const relatedTo = (id: RpcId | undefined): Waiting | undefined => {
    if (typeof id === "number") return waitingFor.get(id);
    const [only, second] = waitingFor.values();
    return second === undefined ? only : undefined;
  };
  const loseAll = (fault: LinkFault) => {
    const lost = [...waitingFor.values()];
    waitingFor.clear();
    for (const waiting of lost) waiting.lost(fault);
  };

  const link = open({
    message(message, related) {
      if (isReply(message)) settle(message);
      else if (isRequest(message)) handlers.request(message, relatedTo(related));
      else if (message.method === "notifications/progress") {
        // Late or unknown progress has nobody to go to.
        const token = message.params?.progressToken;
        if (!isObject(message.params) || typeof token !== "number") return;
        (waitingFor.get(token) ?? background.get(token))?.progress?.(message.params);
      } else handlers.notification(message, relatedTo(related));
    },
    unanswered: (id, fault) => take(id)?.lost(fault),
    paused: (id) => {
      if (typeof id === "number") waitingFor.get(id)?.paused?.();
    },
    closed(fault) {
      closed = true;
      loseAll(fault);
      handlers.closed(fault);
    },
  });

  return {
    start: () => link.start(),
    ready: (version) => link.ready(version),
    send(method, params, waiting) {
      count += 1;
      const id = count;
      waitingFor.set(id, waiting);
      const token = waiting.progress === undefined ? undefined : id;
      link.send(request(id, method, withProgressToken(params, token))).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        take(id)?.lost({ reason: `could not be sent the request: ${reason}`, undelivered: true });
      });
      return id;
    },
    notify: (method, params) => link.send(notification(method, params)),
    // What an agent answers in a form that cannot be written again is an answer that never came.
    answer: (reply) => void link.send(reply).catch(() => {}),
    cancel(id, reason) {
      if (!waitingFor.delete(id)) return;
      const params = { requestId: id, ...(reason !== undefined && { reason }) };
      void link.send(notification("notifications/cancelled", params));
    },
    stderr: () => link.stderr(),
    async close() {
      if (!closed) loseAll({ reason: "was closed" });
      closed = true;
      await link.close();
    },
  };
}

export type Answer = { ok: true; result: JsonObject } | { ok: false; fault: LinkFault; code?: number };

/** One request of the daemon's own. Never rejects: an error reply, a loss and a timeout are all faults. */
export function ask(peer: Peer, method: string, params: JsonObject | undefined, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      peer.cancel(id, "timeout");
      resolve({ ok: false, fault: { reason: `did not answer ${method} within ${timeoutMs / 1000} s` } });
    }, timeoutMs);
    const id = peer.send(method, params, {
      reply(reply) {
        clearTimeout(timer);
        if ("result" in reply) resolve({ ok: true, result: reply.result });
        else
          resolve({
            ok: false,
            fault: { reason: `answered ${method} with: ${reply.error.message}` },
            code: reply.error.code,
          });
      },
      lost(fault) {
        clearTimeout(timer);
        resolve({ ok: false, fault });
      },
    });
  });
}

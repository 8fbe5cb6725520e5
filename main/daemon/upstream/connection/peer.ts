/** The ids of one upstream connection: which request of ours an answer, a progress or a loss belongs to. */
import { reasonOf } from "../../../../shared/text/reason-of.ts";
import {
  errorOf,
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  notification,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcReply,
  type RpcRequest,
  request,
  withProgressToken,
} from "../../rpc/message.ts";
import type { LinkFault, OpenLink } from "./link.ts";

/** What becomes of one request. Exactly one of `reply` and `lost` is called, once; after `cancel` nothing but `late`. */
export interface Waiting {
  /** Id of the agent's request that this one carries out; absent for the daemon's own. */
  readonly agentId?: RpcId;
  reply(reply: RpcReply): void;
  lost(fault: LinkFault): void;
  /** Asks for progress; called for each that comes before the answer, and after it for a task, with the notification's params. */
  progress?(params: JsonObject): void;
  /** The server closed this request's stream for now; the answer comes on a later one. */
  paused?(): void;
  /** The server went on after it was told to stop, and this is its answer. */
  late?(reply: RpcReply): void;
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
  /** Sends a request under an id and a progress token of our own, and returns that id before anything is told of it. */
  send(method: string, params: JsonObject | undefined, waiting: Waiting): number;
  /** Fails silently. */
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Answers a request of the server. */
  answer(reply: RpcReply): void;
  /** Tells the server to stop and forgets the request. */
  cancel(id: number, reason: string | undefined): void;
  said(): string;
  close(): Promise<void>;
}

/** Requests that became tasks, whose progress goes on after their answer; the oldest is forgotten first. */
const MAX_BACKGROUND = 1_000;
/** Cancelled requests whose answers may still come; the oldest is forgotten first. */
const MAX_CANCELLED = 1_000;
/** Answers to a server that are on their way at once; a server that asks faster than it takes them gets no more. */
const MAX_ANSWERS = 1_000;

export function createPeer(open: OpenLink, handlers: PeerHandlers): Peer {
  const waitingFor = new Map<number, Waiting>();
  const background = new Map<number, Waiting>();
  const cancelled = new Map<number, Waiting>();
  let count = 0;
  let closed = false;

  const take = (id: RpcId | undefined): Waiting | undefined => {
    if (typeof id !== "number") return undefined;
    const waiting = waitingFor.get(id);
    waitingFor.delete(id);
    return waiting;
  };
  const settle = (reply: RpcReply) => {
    const late = typeof reply.id === "number" ? cancelled.get(reply.id) : undefined;
    if (late !== undefined) {
      cancelled.delete(Number(reply.id));
      return late.late?.(reply);
    }
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
      const reason = reasonOf(error);
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

  let handingOver = 0;
  /** A link may fail, or even answer, while it is handed a request, whose sender does not know its id yet. */
  const afterSend = (what: () => void) => (handingOver > 0 ? queueMicrotask(what) : what());
  let answering = 0;
  const answer = (reply: RpcReply) => {
    if (answering >= MAX_ANSWERS) return;
    answering += 1;
    void link
      .send(reply)
      // What cannot be written again is still owed an answer.
      .catch((error: unknown) => link.send(errorOf(reply.id, RPC.internal, `The answer cannot be passed on: ${error}`)))
      .catch(() => {})
      .finally(() => {
        answering -= 1;
      });
  };
  const sort = (message: RpcMessage, related: RpcId | undefined) => {
    if (isReply(message)) settle(message);
    else if (isRequest(message)) handlers.request(message, relatedTo(related));
    else if (message.method === "notifications/progress") {
      // Late or unknown progress has nobody to go to.
      const token = message.params?.progressToken;
      if (!isObject(message.params) || typeof token !== "number") return;
      (waitingFor.get(token) ?? background.get(token))?.progress?.(message.params);
    } else handlers.notification(message, relatedTo(related));
  };
  /** One message that cannot be passed on (nested too deeply to be written again) costs none of those after it. */
  const receive = (message: RpcMessage, related: RpcId | undefined) => {
    try {
      sort(message, related);
    } catch (error) {
      const reason = reasonOf(error);
      if (isRequest(message)) answer(errorOf(message.id, RPC.internal, `This cannot be passed on: ${reason}`));
    }
  };

  const link = open({
    message: (message, related) => afterSend(() => receive(message, related)),
    unanswered: (id, fault) => afterSend(() => take(id)?.lost(fault)),
    paused: (id) => {
      if (typeof id === "number") waitingFor.get(id)?.paused?.();
    },
    closed: (fault) =>
      afterSend(() => {
        closed = true;
        loseAll(fault);
        handlers.closed(fault);
      }),
  });

  return {
    start: () =>
      link.start().catch((error: unknown) => {
        // A start that nobody learns of would be waited for, for ever.
        const reason = `did not start: ${reasonOf(error)}`;
        return { reason, undelivered: true };
      }),
    ready: (version) => link.ready(version),
    send(method, params, waiting) {
      count += 1;
      const id = count;
      waitingFor.set(id, waiting);
      if (closed) {
        // A link that has ended tells nothing more.
        queueMicrotask(() => take(id)?.lost({ reason: "is not connected", undelivered: true }));
        return id;
      }
      const token = waiting.progress === undefined ? undefined : id;
      handingOver += 1;
      const handedOver = link.send(request(id, method, withProgressToken(params, token)));
      handingOver -= 1;
      handedOver.catch((error: unknown) => {
        const reason = reasonOf(error);
        take(id)?.lost({ reason: `could not be sent the request: ${reason}`, undelivered: true });
      });
      return id;
    },
    notify: (method, params) => link.send(notification(method, params)).catch(() => {}),
    answer,
    cancel(id, reason) {
      const waiting = take(id);
      if (waiting === undefined) return;
      if (waiting.late !== undefined) {
        cancelled.set(id, waiting);
        const [oldest] = cancelled.keys();
        if (cancelled.size > MAX_CANCELLED && oldest !== undefined) cancelled.delete(oldest);
      }
      const params = { requestId: id, ...(reason !== undefined && { reason }) };
      void link.send(notification("notifications/cancelled", params)).catch(() => {});
    },
    said: () => link.said(),
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
      resolve({ ok: false, fault: { reason: `did not answer ${method} within ${timeoutMs / 1000} s${peer.said()}` } });
    }, timeoutMs);
    const id = peer.send(method, params, {
      reply(reply) {
        clearTimeout(timer);
        if ("result" in reply) resolve({ ok: true, result: reply.result });
        else
          resolve({
            ok: false,
            fault: { reason: `answered ${method} with: ${reply.error.message}`, error: reply.error },
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

/** The streams of one MCP session towards its agent: which message goes on which, and what a lost reader can get again. */
import type { ServerResponse } from "node:http";
import { isReply, type RpcId, type RpcMessage } from "../rpc/message.ts";
import { createKeptMessages } from "./kept-messages.ts";
import { createReplyStream, type ReplyStream } from "./reply-stream.ts";

/** A request that is answered within this time is answered as plain JSON; then its SSE stream begins. */
const PLAIN_ANSWER_MS = 100;
/** An agent that has lost a request's stream is expected back within this time. */
const ABANDON_MS = 10_000;
/** Comments on quiet streams, so that nobody between takes them for dead. */
const KEEPALIVE_MS = 15_000;

const EVENT_ID = /^(\d{1,12})_(\d{1,12})$/;
/** The standalone stream's number. */
const STANDALONE = 0;

/** What a session needs of them, whatever era its agent speaks. */
export interface SessionStreams {
  /**
   * Sends on the stream of the request it belongs to, an answer always on its own; else where messages go that belong to none.
   * `key` is the name that a server has given to what it asks.
   */
  send(message: RpcMessage, related?: RpcId, key?: string): void;
  /** No answer will come for this request. */
  drop(id: RpcId): void;
  /** Ends the request's response without its answer, for the agent to come back for it. */
  pause(id: RpcId): void;
  /** Whether anybody reads or waits. */
  readonly active: boolean;
  /** The standalone reader hung up, and the agent has sent no request since. */
  readonly left: boolean;
  close(): void;
}

export interface AgentStreams extends SessionStreams {
  /** The answer to a POST with these requests. */
  open(response: ServerResponse, ids: readonly RpcId[]): void;
  /** The standalone stream; gets what nobody has read yet. */
  openStandalone(response: ServerResponse): void;
  /** Reads on after an event; false when that event is not known (any more). */
  resume(response: ServerResponse, lastEventId: string): boolean;
  /** Whether this request is open. */
  waits(id: RpcId): boolean;
}

interface Open {
  stream: ReplyStream;
  number: number;
  /** Requests of its POST that have no answer yet. */
  unanswered: Set<RpcId>;
  /** Runs while nobody reads. */
  unread: NodeJS.Timeout | undefined;
}

export interface AgentStreamsOptions {
  /** Of every answer. */
  headers: Record<string, string>;
  /** Whether streams can be resumed from their beginning (MCP 2025-11-25). */
  primes: boolean;
  /** These requests have had no reader for a while, and no answer. */
  onAbandoned: (ids: RpcId[], agoMs: number) => void;
  /** The agent reads their stream again. */
  onReturned?: (ids: RpcId[]) => void;
  /** Nobody reads or waits any more. */
  onQuiet?: () => void;
  abandonMs?: number | undefined;
}

export function createAgentStreams(options: AgentStreamsOptions): AgentStreams {
  const { headers, primes, onAbandoned, onReturned, onQuiet = () => {}, abandonMs = ABANDON_MS } = options;
  const streams = new Map<number, Open>();
  const byRequest = new Map<RpcId, Open>();
  const kept = createKeptMessages();
  let count = STANDALONE;
  /** Messages of the standalone stream that were written to a reader. */
  let standaloneRead = 0;
  let left = false;
  let undecided = new Set<Open>();
  let decide: NodeJS.Timeout | undefined;

  const create = (number: number): Open => {
    const open: Open = {
      stream: createReplyStream(number, primes && number !== STANDALONE, () => awaitReader(open)),
      number,
      unanswered: new Set(),
      unread: undefined,
    };
    streams.set(number, open);
    return open;
  };
  const awaitReader = (open: Open) => {
    if (open === standalone) {
      left = true;
      if (byRequest.size === 0) onQuiet();
    }
    if (open.unanswered.size === 0) return;
    clearTimeout(open.unread);
    open.unread = setTimeout(() => {
      if (!open.stream.connected) onAbandoned([...open.unanswered], abandonMs);
    }, abandonMs);
  };
  const standalone = create(STANDALONE);
  const keepAlive = setInterval(() => {
    for (const { stream } of streams.values()) stream.comment("keep-alive");
  }, KEEPALIVE_MS);

  const keep = (open: Open, block: string | undefined) => {
    if (block !== undefined) kept.keep(open.number, open.stream.sent, block);
  };
  /** One timer for all requests that came in a while: those still unanswered begin their stream. */
  const decideLater = (open: Open) => {
    undecided.add(open);
    decide ??= setTimeout(() => {
      decide = undefined;
      const now = undecided;
      undecided = new Set();
      for (const { stream } of now) stream.begin();
    }, PLAIN_ANSWER_MS);
  };
  const settle = (open: Open, id: RpcId) => {
    byRequest.delete(id);
    open.unanswered.delete(id);
    if (open.unanswered.size > 0) return;
    streams.delete(open.number);
    undecided.delete(open);
    clearTimeout(open.unread);
    open.stream.detach();
    if (byRequest.size === 0 && !standalone.stream.connected) onQuiet();
  };
  const chooseFor = (related: RpcId | undefined): Open => {
    const own = related === undefined ? undefined : byRequest.get(related);
    if (own !== undefined) return own;
    if (standalone.stream.connected) return standalone;
    // Without a standalone reader any open answer is better than nobody.
    return [...byRequest.values()].findLast((open) => open.stream.connected) ?? standalone;
  };

  const openStandalone = (response: ServerResponse) => {
    standalone.stream.attach(response, headers, kept.replay(STANDALONE, standaloneRead));
    standalone.stream.begin();
    standaloneRead = standalone.stream.sent;
  };

  return {
    open(response, ids) {
      count += 1;
      left = false;
      const open = create(count);
      for (const id of ids) {
        open.unanswered.add(id);
        byRequest.set(id, open);
      }
      open.stream.attach(response, headers, "");
      decideLater(open);
    },
    openStandalone,
    resume(response, lastEventId) {
      const [, number, index] = EVENT_ID.exec(lastEventId) ?? [];
      if (number === undefined || index === undefined) return false;
      const missed = kept.replay(Number(number), Number(index));
      const open = streams.get(Number(number));
      // The standalone stream of an earlier daemon run goes on here; requests of that time are gone.
      if (open === standalone && Number(index) > standalone.stream.sent) {
        openStandalone(response);
        return true;
      }
      if (open === undefined && Number(number) > count) return false;
      if (open === undefined) {
        // Answered in the meantime: what it missed is all there is.
        const finished = createReplyStream(Number(number), false);
        finished.attach(response, headers, missed === "" ? ": nothing was missed\n\n" : missed);
        finished.detach();
        return true;
      }
      open.stream.attach(response, headers, missed === "" ? ": resumed\n\n" : missed);
      onReturned?.([...open.unanswered]);
      return true;
    },
    send(message, related) {
      const open = chooseFor(isReply(message) ? message.id : related);
      if (isReply(message) && message.id !== undefined) {
        if (!byRequest.has(message.id)) return;
        const whole = open.unanswered.size === 1 && open.stream.answerWhole(message);
        if (!whole) keep(open, open.stream.send(message));
        settle(open, message.id);
        return;
      }
      keep(open, open.stream.send(message));
      if (open === standalone && standalone.stream.connected) standaloneRead = standalone.stream.sent;
    },
    drop(id) {
      const open = byRequest.get(id);
      if (open !== undefined) settle(open, id);
    },
    pause(id) {
      const open = byRequest.get(id);
      if (!primes || open === undefined) return;
      open.stream.detach();
      awaitReader(open);
    },
    waits: (id) => byRequest.has(id),
    get active() {
      return byRequest.size > 0 || standalone.stream.connected;
    },
    get left() {
      return left && !standalone.stream.connected;
    },
    close() {
      clearTimeout(decide);
      clearInterval(keepAlive);
      for (const { stream, unread } of streams.values()) {
        clearTimeout(unread);
        stream.detach();
      }
      streams.clear();
      byRequest.clear();
    },
  };
}

/**
 * The streams of one agent of the stateless revision: each request has its own and nothing else, and a session lies behind all of
 * them. What a server asks during a request is its answer for now; the agent makes the request again with what was asked for.
 */
import type { ServerResponse } from "node:http";
import {
  errorOf,
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  notification,
  progressTokenOf,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcReply,
  type RpcRequest,
  request as requestOf,
  resultOf,
} from "../../rpc/message.ts";
import { LOG_LEVELS, MAY_WANT_INPUT, META } from "../../rpc/modern.ts";
import type { SessionStreams } from "../agent-streams.ts";
import { createReplyStream, type ReplyStream } from "../reply-stream.ts";
import type { ModernClient } from "./classify-post.ts";
import { createListeners } from "./listeners.ts";
import { modernAnswer, modernResult, statusOf } from "./modern-answers.ts";
import { digestOf, type RequestStates } from "./request-state.ts";

/** A request that is answered within this time is answered as plain JSON; then its SSE stream begins. */
const PLAIN_ANSWER_MS = 100;
/** Comments on quiet streams, so that nobody between takes them for dead. */
const KEEPALIVE_MS = 15_000;
/** What is asked within this time after the first question is asked with it. */
const GATHER_MS = 5;
/** A person may be asked; then the request is cancelled. */
export const HOLD_MS = 30 * 60_000;
/** Requests of one agent that wait for its answers at once. */
const MAX_HELD = 64;

export interface ModernStreams extends SessionStreams {
  /** Takes a request, whose answer goes to this response. Gives why it does not, as an answer. */
  take(response: ServerResponse, request: RpcRequest, client: ModernClient): RpcReply | undefined;
  /** Answers with what changes, until one of both hangs up. */
  listen(response: ServerResponse, request: RpcRequest, capabilities: JsonObject): RpcReply | undefined;
}

export interface ModernStreamsOptions {
  /** Whose requests these are: a state is of no use to another. */
  bearer: string;
  states: RequestStates;
  /** To the session behind it. */
  receive: (message: RpcMessage) => void;
  /** Who answers. */
  serverInfo: () => JsonObject;
  /** Nobody reads or waits any more. */
  onQuiet: () => void;
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Exchange {
  /** Its id in the session. */
  ours: number;
  /** As the agent made it first. */
  request: RpcRequest;
  /** As it made it last. */
  id: RpcId;
  token: RpcId | undefined;
  logLevel: string | undefined;
  /** Absent while it waits for the agent to come back with answers. */
  stream: ReplyStream | undefined;
  /** What was asked and has no answer, by the name that the agent knows it under. */
  asks: Map<string, RpcRequest>;
  round: number;
  /** Came while nobody waited for it. */
  answer: RpcReply | undefined;
  timers: { begin?: NodeJS.Timeout; gather?: NodeJS.Timeout | undefined; expire?: NodeJS.Timeout };
}

export function createModernStreams(options: ModernStreamsOptions): ModernStreams {
  const { bearer, states, receive, serverInfo, onQuiet, now = Date.now } = options;
  const exchanges = new Map<number, Exchange>();
  let count = 0;
  /** What servers were asked to log. */
  let level = LOG_LEVELS.length as number;
  const ask = (method: string, params?: JsonObject) => {
    count += 1;
    receive(requestOf(count, method, params));
  };
  const quiet = () => {
    if (exchanges.size === 0 && !listeners.active) onQuiet();
  };
  const listeners = createListeners({ ask, serverInfo, onQuiet: quiet });
  const keepAlive = setInterval(() => {
    for (const { stream } of exchanges.values()) stream?.comment("keep-alive");
    listeners.comment("keep-alive");
  }, KEEPALIVE_MS);

  const forget = (exchange: Exchange) => {
    const { begin, gather, expire } = exchange.timers;
    for (const timer of [begin, gather, expire]) clearTimeout(timer);
    if (exchanges.delete(exchange.ours)) quiet();
  };
  const cancel = (exchange: Exchange, reason: string) => {
    forget(exchange);
    receive(notification("notifications/cancelled", { requestId: exchange.ours, reason }));
  };
  const attach = (exchange: Exchange, response: ServerResponse) => {
    const stream = createReplyStream(undefined, false, () => {
      // Closing the stream is how an agent cancels (MCP 2026-07-28, streamable-http, Cancellation).
      if (exchange.stream === stream) cancel(exchange, "the agent closed the stream of its request");
    });
    exchange.stream = stream;
    stream.attach(response, {}, "");
    exchange.timers.begin = setTimeout(() => stream.begin(), PLAIN_ANSWER_MS);
  };
  /** Its response ends with this message. */
  const write = (exchange: Exchange, stream: ReplyStream, message: RpcReply) => {
    if (!stream.answerWhole(message, statusOf(message))) {
      stream.send(message);
      stream.detach();
    }
    clearTimeout(exchange.timers.begin);
    exchange.stream = undefined;
  };
  const finish = (exchange: Exchange, reply: RpcReply) => {
    const { stream, request, id } = exchange;
    if (stream === undefined) {
      exchange.answer = reply;
      return;
    }
    write(exchange, stream, { ...modernAnswer(request, reply, serverInfo()), id });
    forget(exchange);
  };

  const refuseAsk = (asked: RpcRequest, why: string) =>
    // Whoever asks is not done with asking yet.
    queueMicrotask(() => receive(errorOf(asked.id, RPC.internal, why)));
  /** The answer for now: what is wanted first. */
  const wantInput = (exchange: Exchange) => {
    const { stream, request, asks } = exchange;
    exchange.timers.gather = undefined;
    if (stream === undefined || asks.size === 0) return;
    const held = [...exchanges.values()].filter((other) => other.stream === undefined).length;
    const expires = now() + HOLD_MS;
    try {
      if (held >= MAX_HELD) throw new Error(`${MAX_HELD} requests of this agent wait for its answers already`);
      const requestState = states.write(
        { held: exchange.ours, round: exchange.round + 1, expires },
        bearer,
        digestOf(request.method, request.params),
      );
      const inputRequests = Object.fromEntries([...asks].map(([key, asked]) => [key, asInput(asked)]));
      const result = { resultType: "input_required", inputRequests, requestState };
      write(exchange, stream, resultOf(exchange.id, modernResult("", result, serverInfo())));
    } catch (error) {
      for (const asked of asks.values()) refuseAsk(asked, `The agent cannot be asked: ${String(error)}`);
      asks.clear();
      return;
    }
    exchange.round += 1;
    exchange.timers.expire = setTimeout(() => cancel(exchange, "the agent did not answer what was asked"), HOLD_MS);
  };
  const takeAsk = (asked: RpcRequest, related: RpcId | undefined, key: string | undefined) => {
    const own = typeof related === "number" ? exchanges.get(related) : undefined;
    const able = (one: Exchange) => MAY_WANT_INPUT.has(one.request.method);
    // Over stdio nobody knows during which of several requests a server asks.
    const exchange = own ?? [...exchanges.values()].findLast(able);
    if (exchange === undefined || !able(exchange)) {
      return refuseAsk(asked, "The agent can only be asked during a request of its own that may want input.");
    }
    let name = key ?? `input-${String(asked.id)}`;
    while (exchange.asks.has(name)) name += "-again";
    exchange.asks.set(name, asked);
    exchange.timers.gather ??= setTimeout(() => wantInput(exchange), GATHER_MS);
  };
  const withdrawAsk = (id: unknown) => {
    for (const { asks } of exchanges.values()) {
      for (const [key, asked] of asks) if (asked.id === id) asks.delete(key);
    }
  };
  const log = (message: RpcNotification, related: RpcId | undefined) => {
    const severity = levelOf(message.params?.level);
    const wants = (one: Exchange) => one.logLevel !== undefined && severity >= levelOf(one.logLevel);
    const own = typeof related === "number" ? exchanges.get(related) : [...exchanges.values()].findLast(wants);
    if (own !== undefined && wants(own)) own.stream?.send(message);
  };
  const tell = (message: RpcNotification, related: RpcId | undefined) => {
    const { method, params } = message;
    if (method === "notifications/message") return log(message, related);
    if (method === "notifications/cancelled") return withdrawAsk(params?.requestId);
    if (listeners.tell(message) || typeof related !== "number") return;
    const exchange = exchanges.get(related);
    if (method !== "notifications/progress") return;
    // The agent may have another name for it since it came back.
    if (exchange?.token !== undefined)
      exchange.stream?.send({ ...message, params: { ...params, progressToken: exchange.token } });
  };

  const wantLogs = (wanted: string | undefined) => {
    if (wanted === undefined || levelOf(wanted) >= level) return;
    level = levelOf(wanted);
    ask("logging/setLevel", { level: wanted });
  };
  /** Goes on with what the agent was asked for; gives why that is not possible. */
  const goOn = (response: ServerResponse, request: RpcRequest, client: ModernClient, state: string) => {
    const at = states.read(state, bearer, digestOf(request.method, request.params));
    if (at === undefined) return "requestState is not one of this request.";
    const exchange = exchanges.get(at.held);
    if (exchange === undefined || at.expires <= now())
      return "requestState has expired: make the request again without it.";
    if (exchange.stream !== undefined || exchange.round !== at.round)
      return "requestState was used before: make the request again without it.";
    clearTimeout(exchange.timers.expire);
    exchange.id = request.id;
    exchange.token = progressTokenOf(request.params) ?? exchange.token;
    exchange.logLevel = client.logLevel;
    attach(exchange, response);
    const responses = isObject(request.params?.inputResponses) ? request.params.inputResponses : {};
    const answers: RpcReply[] = [];
    for (const [key, asked] of exchange.asks) {
      const given = Object.hasOwn(responses, key) ? responses[key] : undefined;
      if (!isObject(given)) continue;
      exchange.asks.delete(key);
      answers.push(resultOf(asked.id, given));
    }
    if (exchange.answer !== undefined) finish(exchange, exchange.answer);
    // What has no answer is asked again, at once.
    else if (exchange.asks.size > 0) wantInput(exchange);
    for (const answer of answers) receive(answer);
    return undefined;
  };

  return {
    take(response, request, client) {
      const { method, params } = request;
      const state = params?.requestState;
      if (typeof state === "string" && MAY_WANT_INPUT.has(method)) {
        const why = goOn(response, request, client, state);
        return why === undefined ? undefined : errorOf(request.id, RPC.invalidParams, why);
      }
      wantLogs(client.logLevel);
      count += 1;
      const exchange: Exchange = {
        ours: count,
        request,
        id: request.id,
        token: progressTokenOf(params),
        logLevel: client.logLevel,
        stream: undefined,
        asks: new Map(),
        round: 0,
        answer: undefined,
        timers: {},
      };
      exchanges.set(exchange.ours, exchange);
      attach(exchange, response);
      receive(requestOf(exchange.ours, method, withoutEnvelope(params)));
      return undefined;
    },
    listen: listeners.open,
    send(message, related, key) {
      if (isReply(message)) {
        const exchange = typeof message.id === "number" ? exchanges.get(message.id) : undefined;
        if (exchange !== undefined) finish(exchange, message);
      } else if (isRequest(message)) takeAsk(message, related, key);
      else tell(message, related);
    },
    drop(id) {
      const exchange = typeof id === "number" ? exchanges.get(id) : undefined;
      if (exchange === undefined) return;
      const { stream } = exchange;
      if (stream !== undefined)
        write(exchange, stream, errorOf(exchange.id, RPC.internal, "The request was cancelled."));
      forget(exchange);
    },
    // Its streams cannot be resumed.
    pause() {},
    get active() {
      return exchanges.size > 0 || listeners.active;
    },
    // It keeps no stream whose end would say so.
    left: false,
    close() {
      clearInterval(keepAlive);
      for (const exchange of [...exchanges.values()]) {
        const { stream } = exchange;
        if (stream !== undefined) write(exchange, stream, errorOf(exchange.id, RPC.internal, "The session has ended."));
        for (const timer of Object.values(exchange.timers)) clearTimeout(timer);
      }
      exchanges.clear();
      listeners.close();
    },
  };
}

const levelOf = (level: unknown): number => (LOG_LEVELS as readonly unknown[]).indexOf(level);

/** What a server asks, without what only its connection needs. */
function asInput({ method, params = {} }: RpcRequest): JsonObject {
  const { _meta: meta, ...rest } = params;
  const { progressToken: _, ...kept } = isObject(meta) ? meta : {};
  return { method, params: Object.keys(kept).length > 0 ? { ...rest, _meta: kept } : rest };
}

/** Servers of older revisions have no use for it, and newer ones are told who asks by their own connection. */
function withoutEnvelope(params: JsonObject | undefined): JsonObject | undefined {
  if (!isObject(params?._meta)) return params;
  const {
    [META.protocolVersion]: _version,
    [META.clientInfo]: _info,
    [META.clientCapabilities]: _capabilities,
    [META.logLevel]: _level,
    ...meta
  } = params._meta;
  const { _meta: _, ...rest } = params;
  const kept = Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest;
  return Object.keys(kept).length > 0 ? kept : undefined;
}

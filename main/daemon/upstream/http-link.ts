/** Owns the connection to an upstream over Streamable HTTP (MCP 2025-11-25, transports), with its streams and their resumption. */
import type { IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import { isReply, isRequest, type RpcId, type RpcMessage, readMessage } from "../rpc/message.ts";
import { createHttpCalls, type HttpServer } from "./http-calls.ts";
import { type Link, type LinkFault, type LinkHandlers, MAX_UPSTREAM_MESSAGE_BYTES } from "./link.ts";

/** Between attempts to resume a stream, when the server names no time; doubled each time, at most the second. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** A request's stream that broke is asked for this often before the request counts as unanswered. */
const RESUME_ATTEMPTS = 5;

interface StreamState {
  lastEventId: string | undefined;
  retryMs: number | undefined;
  answered: boolean;
}

export function openHttpLink(server: HttpServer, handlers: LinkHandlers): Link {
  const http = createHttpCalls(server);
  const timers = new Set<NodeJS.Timeout>();
  let sessionId: string | undefined;
  let protocolVersion: string | undefined;
  let closing = false;

  const headers = (extra: Record<string, string>) => ({
    ...extra,
    ...(sessionId !== undefined && { "mcp-session-id": sessionId }),
    ...(protocolVersion !== undefined && { "mcp-protocol-version": protocolVersion }),
  });
  const later = (ms: number, what: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, ms);
    timers.add(timer);
  };
  const deliver = (text: string, related: RpcId | undefined): RpcMessage | undefined => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    // A list is what servers of 2025-03-26 may answer with.
    let last: RpcMessage | undefined;
    for (const item of Array.isArray(value) ? value : [value]) {
      const message = readMessage(item);
      if (!message.ok) continue;
      last = message.value;
      handlers.message(message.value, related);
    }
    return last;
  };

  /** Reads one SSE response to its end; `related` is the request that it answers, none for the standalone stream. */
  const readStream = (response: IncomingMessage, related: RpcId | undefined, state: StreamState) =>
    new Promise<void>((resolve) => {
      const parser = createParser({
        onId: (id) => {
          state.lastEventId = id;
        },
        onRetry: (ms) => {
          state.retryMs = ms;
        },
        onEvent: (event) => {
          if (event.data === "" || (event.event !== undefined && event.event !== "message")) return;
          const message = deliver(event.data, related);
          if (message !== undefined && isReply(message) && message.id === related) state.answered = true;
        },
        maxBufferSize: MAX_UPSTREAM_MESSAGE_BYTES,
      });
      const decoder = new TextDecoder();
      response.on("data", (chunk: Buffer) => {
        try {
          parser.feed(decoder.decode(chunk, { stream: true }));
        } catch {
          response.destroy();
        }
      });
      response.once("close", () => resolve());
      response.once("error", () => resolve());
    });

  /** Keeps a request's stream alive over its interruptions, until the answer or until there is no way back. */
  const followRequest = async (response: IncomingMessage, id: RpcId, state: StreamState, attempt: number) => {
    await readStream(response, id, state);
    if (state.answered || closing) return;
    if (state.lastEventId === undefined)
      return handlers.unanswered(id, { reason: "closed the stream without an answer" });
    handlers.paused?.(id);
    resumeRequest(id, state, attempt);
  };
  const resumeRequest = (id: RpcId, state: StreamState, attempt: number) => {
    if (attempt > RESUME_ATTEMPTS)
      return handlers.unanswered(id, { reason: "closed the stream and did not resume it" });
    later(state.retryMs ?? backoff(attempt), async () => {
      const seen = state.lastEventId;
      const answer = await http.get(headers({ "last-event-id": seen ?? "" }));
      if (closing) return;
      if ("fault" in answer) return resumeRequest(id, state, attempt + 1);
      if (!isStream(answer.response)) {
        answer.response.resume();
        return handlers.unanswered(id, { reason: `refused to resume the stream (${answer.response.statusCode})` });
      }
      // Progress since the last attempt counts as a new beginning: long work may poll for hours.
      await followRequest(answer.response, id, state, state.lastEventId === seen ? attempt + 1 : 0);
    });
  };

  /** The stream for what belongs to no request. Servers need not offer one (405). */
  const followStandalone = async (state: StreamState, attempt: number) => {
    const last = state.lastEventId;
    const answer = await http.get(headers(last === undefined ? {} : { "last-event-id": last }));
    if (closing) return;
    if ("response" in answer) {
      if (isStream(answer.response)) {
        await readStream(answer.response, undefined, state);
        attempt = 0;
      } else {
        answer.response.resume();
        const status = answer.response.statusCode ?? 0;
        if (status >= 400 && status < 500 && status !== 408 && status !== 429) return;
      }
    }
    if (!closing) later(state.retryMs ?? backoff(attempt), () => void followStandalone(state, attempt + 1));
  };

  const post = async (message: RpcMessage, redirected = false, renewed = false): Promise<void> => {
    const sent = server.headers();
    const answer = await http.post(JSON.stringify(message), headers({}));
    const lost = (fault: LinkFault) => {
      if (isRequest(message)) handlers.unanswered(message.id, fault);
    };
    if (closing) return;
    if ("fault" in answer) return lost(answer.fault);
    const { response } = answer;
    const status = response.statusCode ?? 0;
    const given = response.headers["mcp-session-id"];
    if (typeof given === "string" && given !== "") sessionId = given;
    if ((status === 307 || status === 308) && !redirected && http.follow(response.headers.location)) {
      response.resume();
      return post(message, true, renewed);
    }
    if ((status === 401 || status === 403) && !renewed && server.renew !== undefined) {
      const another = await server.renew(sent, status, response.headers["www-authenticate"]);
      if (another && !closing) {
        response.resume();
        return post(message, redirected, true);
      }
    }
    if (status < 200 || status > 299) return lost(await refusal(response, status, sessionId !== undefined));
    if (!isRequest(message)) {
      response.resume();
      return;
    }
    if (isStream(response)) {
      const state: StreamState = { lastEventId: undefined, retryMs: undefined, answered: false };
      void followRequest(response, message.id, state, 0);
      return;
    }
    const body = await http.text(response);
    if (body === undefined) return lost({ reason: "broke off its answer" });
    if (deliver(body, message.id) === undefined)
      lost({ reason: `answered with something that is not MCP: “${body.slice(0, 80)}”` });
  };

  return {
    start: async () => undefined,
    send: post,
    ready(version) {
      protocolVersion = version;
      void followStandalone({ lastEventId: undefined, retryMs: undefined, answered: false }, 0);
    },
    stderr: () => "",
    async close() {
      closing = true;
      for (const timer of timers) clearTimeout(timer);
      if (sessionId !== undefined) await http.end(headers({}));
      http.dispose();
    },
  };
}

const backoff = (attempt: number) => Math.min(RETRY_MS * 2 ** attempt, MAX_RETRY_MS);

const isStream = (response: IncomingMessage) =>
  response.statusCode === 200 && /^text\/event-stream\b/i.test(response.headers["content-type"] ?? "");

async function refusal(response: IncomingMessage, status: number, hadSession: boolean): Promise<LinkFault> {
  const parts: string[] = [];
  response.setEncoding("utf8");
  for await (const part of response.iterator()) if (parts.join("").length < 300) parts.push(String(part));
  const said = parts.join("").replace(/\s+/g, " ").trim().slice(0, 200);
  const challenge = response.headers["www-authenticate"];
  // Servers of the older SSE transport, and web pages, refuse the first message in these two ways.
  const misplaced = !hadSession && (status === 404 || status === 405);
  const wantsSignIn = status === 401 || (status === 403 && /insufficient_scope/.test(challenge ?? ""));
  return {
    reason: wantsSignIn
      ? `wants a sign-in (${status})`
      : `answered ${status}${said === "" ? "" : `: ${said}`}${misplaced ? " (no Streamable HTTP there; its address often ends in /mcp)" : ""}`,
    status,
    ...(status === 404 && hadSession && { sessionLost: true, undelivered: true }),
    ...(wantsSignIn && { signIn: true }),
  };
}

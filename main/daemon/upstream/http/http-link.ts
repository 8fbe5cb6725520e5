/** The connection to an upstream over Streamable HTTP (MCP 2025-11-25, transports): its session, its streams and their resumption. */
import { isError, isReply, isRequest, type RpcId, type RpcMessage } from "../../rpc/message.ts";
import type { Link, LinkFault, LinkHandlers } from "../connection/link.ts";
import { readUpstream, type UpstreamItem } from "../connection/read-messages.ts";
import { createHttpCalls, type HttpServer, readText } from "./http-calls.ts";
import { DROPPED, type ResponseBody, type ResponseHead } from "./http-exchange.ts";
import { answers, isStream, newStream, readEvents, type StreamState } from "./http-streams.ts";
import { createReconnect, type Reconnect } from "./reconnect.ts";
import { isSessionLost, readRefusal } from "./refusal.ts";

/** A request's stream that broke is asked for this often before the request counts as unanswered. */
const RESUME_ATTEMPTS = 5;
/** Of what is said with a refusal, this much is read. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export function openHttpLink(server: HttpServer, handlers: LinkHandlers): Link {
  const http = createHttpCalls(server);
  const origin = URL.parse(server.url)?.origin ?? server.url;
  const timers = new Set<NodeJS.Timeout>();
  let sessionId: string | undefined;
  let protocolVersion: string | undefined;
  let closing = false;

  const headers = (): Record<string, string> => {
    const own: Record<string, string> = {};
    if (sessionId !== undefined) own["mcp-session-id"] = sessionId;
    if (protocolVersion !== undefined) own["mcp-protocol-version"] = protocolVersion;
    return own;
  };
  const resumeHeaders = (lastEventId: string | undefined) => {
    const own = headers();
    if (lastEventId !== undefined) own["last-event-id"] = lastEventId;
    return own;
  };
  const later = (ms: number, what: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, ms);
    timers.add(timer);
  };

  /** An error that says that our session is unknown is no answer: the request was not carried out. */
  const deliver = (item: UpstreamItem, related: RpcId | undefined) => {
    if (item.kind === "spoiled-answer") return handlers.unanswered(item.id, { reason: item.reason });
    if (item.kind === "spoiled-request") return void post(item.answer).catch(() => {});
    const { message } = item;
    const lost = sessionId !== undefined && isReply(message) && isError(message) && isSessionLost(message.error);
    if (!lost || message.id === undefined || message.id !== related) return handlers.message(message, related);
    const { error } = message;
    handlers.unanswered(message.id, {
      reason: `answered: ${error.message}`,
      sessionLost: true,
      undelivered: true,
      error,
    });
  };

  /** Keeps a request's stream alive over its interruptions, until the answer or until there is no way back. */
  const followRequest = (id: RpcId, state: StreamState, attempt: number, reconnect: Reconnect): ResponseBody => {
    const seen = state.lastEventId;
    reconnect.began();
    return readEvents(
      id,
      state,
      (item) => {
        reconnect.useful();
        deliver(item, id);
      },
      () => {
        if (state.answered || closing) return;
        if (state.lastEventId === undefined)
          return handlers.unanswered(id, { reason: "closed the stream without an answer" });
        handlers.paused?.(id);
        // Progress since the last attempt counts as a new beginning: long work may poll for hours.
        resumeRequest(id, state, state.lastEventId === seen ? attempt : 0, reconnect);
      },
    );
  };
  const resumeRequest = (id: RpcId, state: StreamState, attempt: number, reconnect: Reconnect) => {
    if (attempt > RESUME_ATTEMPTS)
      return handlers.unanswered(id, { reason: "closed the stream and did not resume it" });
    later(reconnect.wait(state.retryMs), () =>
      http.get(resumeHeaders(state.lastEventId), {
        failed() {
          if (!closing) resumeRequest(id, state, attempt + 1, reconnect);
        },
        head(head) {
          if (closing) return DROPPED;
          if (isStream(head)) return followRequest(id, state, attempt + 1, reconnect);
          handlers.unanswered(id, { reason: `refused to resume the stream (${head.status})` });
          return DROPPED;
        },
      }),
    );
  };

  /** The stream for what belongs to no request. Servers need not offer one (405). */
  const followStandalone = (state: StreamState, reconnect: Reconnect): void => {
    const again = () => {
      if (!closing) later(reconnect.wait(state.retryMs), () => followStandalone(state, reconnect));
    };
    reconnect.began();
    http.get(resumeHeaders(state.lastEventId), {
      failed: again,
      head(head) {
        const { status } = head;
        if (isStream(head)) {
          const take = (item: UpstreamItem) => {
            reconnect.useful();
            deliver(item, undefined);
          };
          return readEvents(undefined, state, take, () => {
            again();
            if (!closing) handlers.interrupted?.();
          });
        }
        if (status < 400 || status > 499 || status === 408 || status === 429) again();
        return DROPPED;
      },
    });
  };

  /** Resolves once it was taken or refused; what becomes of a request after that, the handlers are told. */
  const post = (message: RpcMessage, redirected = false, renewed = false): Promise<void> =>
    new Promise((handedOver, reject) => {
      const lost = (fault: LinkFault) => {
        if (isRequest(message) && !closing) handlers.unanswered(message.id, fault);
        handedOver();
      };
      const again = (redirect: boolean, renewal: boolean) => post(message, redirect, renewal).then(handedOver, reject);
      const sent = server.headers();
      const refused = async (head: ResponseHead, text: string) => {
        const { status } = head;
        if ((status === 401 || status === 403) && !renewed && server.renew !== undefined) {
          const another = await server.renew(sent, status, head.header("www-authenticate"));
          if (another && !closing) return again(redirected, true);
        }
        const refusal = readRefusal(head, text, sessionId !== undefined, isRequest(message) ? message.id : undefined);
        if (refusal.kind === "fault") return lost(refusal.fault);
        handedOver();
        if (!closing) handlers.message(refusal.error, refusal.error.id);
      };
      http.post(JSON.stringify(message), headers(), {
        failed: lost,
        head(head) {
          const { status } = head;
          const given = head.header("mcp-session-id");
          if (given !== undefined && given !== "") sessionId = given;
          if (closing) {
            handedOver();
            return DROPPED;
          }
          if ((status === 307 || status === 308) && !redirected && http.follow(head.header("location"))) {
            void again(true, renewed);
            return DROPPED;
          }
          if (status < 200 || status > 299)
            return readText((text) => void refused(head, text ?? "").catch(reject), MAX_REFUSAL_BYTES);
          handedOver();
          if (!isRequest(message)) return DROPPED;
          return isStream(head)
            ? followRequest(message.id, newStream(), 0, createReconnect({ origin, eager: true }))
            : readText(whole(message.id, lost));
        },
      });
    });
  /** What to do with an answer in JSON. */
  const whole = (id: RpcId, lost: (fault: LinkFault) => void) => (body: string | undefined) => {
    if (body === undefined) return lost({ reason: "broke off its answer" });
    const items = readUpstream(body).map((item) => answerTo(id, item));
    for (const item of items) deliver(item, id);
    // Nothing follows a body, so what has no answer now will have none. A loss beside an answer would move the session to another instance.
    if (!items.some((item) => answers(item, id)))
      lost({ reason: `answered with something that is not MCP: “${body.slice(0, 80)}”` });
  };

  return {
    start: async () => undefined,
    send: post,
    ready(version) {
      protocolVersion = version;
      followStandalone(newStream(), createReconnect({ origin }));
    },
    said: () => "",
    async close() {
      closing = true;
      for (const timer of timers) clearTimeout(timer);
      if (sessionId !== undefined) await http.end(headers());
      http.dispose();
    },
  };
}

/** A body answers one request: an error in it that bears no id is meant for that one. */
function answerTo(id: RpcId, item: UpstreamItem): UpstreamItem {
  if (item.kind !== "message" || !isReply(item.message) || !isError(item.message)) return item;
  return item.message.id === undefined ? { kind: "message", message: { ...item.message, id } } : item;
}

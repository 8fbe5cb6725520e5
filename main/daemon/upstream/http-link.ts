/** Owns the connection to an upstream over Streamable HTTP (MCP 2025-11-25, transports): its session, its streams and their resumption. */
import { isRequest, type RpcId, type RpcMessage } from "../rpc/message.ts";
import { createHttpCalls, type HttpServer, readText } from "./http-calls.ts";
import { DROPPED, type ResponseBody, type ResponseHead } from "./http-exchange.ts";
import { isStream, newStream, readEvents, readMessages, refusal, type StreamState } from "./http-streams.ts";
import type { Link, LinkFault, LinkHandlers } from "./link.ts";

/** Between attempts to resume a stream, when the server names no time; doubled each time, at most the second. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** A request's stream that broke is asked for this often before the request counts as unanswered. */
const RESUME_ATTEMPTS = 5;
/** Of what is said with a refusal, this much is read. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export function openHttpLink(server: HttpServer, handlers: LinkHandlers): Link {
  const http = createHttpCalls(server);
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

  /** Keeps a request's stream alive over its interruptions, until the answer or until there is no way back. */
  const followRequest = (id: RpcId, state: StreamState, attempt: number): ResponseBody => {
    const seen = state.lastEventId;
    return readEvents(
      id,
      state,
      (message) => handlers.message(message, id),
      () => {
        if (state.answered || closing) return;
        if (state.lastEventId === undefined)
          return handlers.unanswered(id, { reason: "closed the stream without an answer" });
        handlers.paused?.(id);
        // Progress since the last attempt counts as a new beginning: long work may poll for hours.
        resumeRequest(id, state, state.lastEventId === seen ? attempt : 0);
      },
    );
  };
  const resumeRequest = (id: RpcId, state: StreamState, attempt: number) => {
    if (attempt > RESUME_ATTEMPTS)
      return handlers.unanswered(id, { reason: "closed the stream and did not resume it" });
    later(state.retryMs ?? backoff(attempt), () =>
      http.get(resumeHeaders(state.lastEventId), {
        failed() {
          if (!closing) resumeRequest(id, state, attempt + 1);
        },
        head(head) {
          if (closing) return DROPPED;
          if (isStream(head)) return followRequest(id, state, attempt + 1);
          handlers.unanswered(id, { reason: `refused to resume the stream (${head.status})` });
          return DROPPED;
        },
      }),
    );
  };

  /** The stream for what belongs to no request. Servers need not offer one (405). */
  const followStandalone = (state: StreamState, attempt: number): void => {
    const again = (after: number) => {
      if (!closing) later(state.retryMs ?? backoff(after), () => followStandalone(state, after + 1));
    };
    http.get(resumeHeaders(state.lastEventId), {
      failed: () => again(attempt),
      head(head) {
        const { status } = head;
        if (isStream(head)) {
          const message = (item: RpcMessage) => handlers.message(item, undefined);
          return readEvents(undefined, state, message, () => {
            again(0);
            if (!closing) handlers.interrupted?.();
          });
        }
        if (status < 400 || status > 499 || status === 408 || status === 429) again(attempt);
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
        lost(refusal(head, text, sessionId !== undefined));
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
          return isStream(head) ? followRequest(message.id, newStream(), 0) : readText(whole(message.id, lost));
        },
      });
    });
  /** What to do with an answer in JSON. */
  const whole = (id: RpcId, lost: (fault: LinkFault) => void) => (body: string | undefined) => {
    if (body === undefined) return lost({ reason: "broke off its answer" });
    const messages = readMessages(body);
    for (const message of messages) handlers.message(message, id);
    if (messages.length === 0) lost({ reason: `answered with something that is not MCP: “${body.slice(0, 80)}”` });
  };

  return {
    start: async () => undefined,
    send: post,
    ready(version) {
      protocolVersion = version;
      followStandalone(newStream(), 0);
    },
    stderr: () => "",
    async close() {
      closing = true;
      for (const timer of timers) clearTimeout(timer);
      if (sessionId !== undefined) await http.end(headers());
      http.dispose();
    },
  };
}

const backoff = (attempt: number) => Math.min(RETRY_MS * 2 ** attempt, MAX_RETRY_MS);

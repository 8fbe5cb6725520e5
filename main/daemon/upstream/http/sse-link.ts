/**
 * Carries the connection to an upstream over HTTP+SSE, the transport of MCP 2024-11-05: one stream from the server, whose first
 * event names the address that takes what we send. There is no resumption: when the stream ends, so does the session.
 */
import { oneLine } from "../../../../shared/text/visible.ts";
import { isReply, isRequest, type RpcId, type RpcMessage } from "../../rpc/message.ts";
import type { Link, LinkFault, LinkHandlers } from "../connection/link.ts";
import type { UpstreamItem } from "../connection/read-messages.ts";
import { createHttpCalls, type HttpCalls, type HttpServer, readText } from "./http-calls.ts";
import { DROPPED, type ResponseBody, type ResponseHead } from "./http-exchange.ts";
import { isStream, newStream, readEvents } from "./http-streams.ts";
import { readRefusal } from "./refusal.ts";

/** From the request for the stream to its first event. */
const ENDPOINT_MS = 30_000;
/** A stream that held this long was a good one: the next session may begin at once. */
const STABLE_MS = 10_000;
/** An address longer than this is none. */
const MAX_ENDPOINT_CHARS = 8 * 1024;
/** Of what is said with a refusal, this much is read. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** Messages that the server has not taken yet; beyond them requests are refused. */
const MAX_POSTING = 1_000;
const REDIRECTS = new Set([301, 302, 307, 308]);

export interface SseOptions {
  endpointMs?: number;
  clock?: () => number;
}

/** Opens the stream with the first message, so that a server that is not there is told as the fate of that message. */
export function openSseLink(server: HttpServer, handlers: LinkHandlers, options: SseOptions = {}): Link {
  const { endpointMs = ENDPOINT_MS, clock = () => performance.now() } = options;
  const stream = createHttpCalls(server);
  const waiting = new Set<RpcId>();
  let posts: HttpCalls | undefined;
  let opening: Promise<LinkFault | undefined> | undefined;
  let protocolVersion: string | undefined;
  let openedAt = 0;
  let posting = 0;
  let over = false;

  const lose = (id: RpcId, fault: LinkFault) => {
    if (waiting.delete(id) && !over) handlers.unanswered(id, fault);
  };
  /** What was under way may have been carried out, so nothing of it is asked again. */
  const ended = (reason: string) => {
    if (over) return;
    for (const id of [...waiting]) lose(id, { reason });
    over = true;
    dispose();
    const stable = clock() - openedAt >= STABLE_MS;
    handlers.closed({ reason, ...(stable ? { sessionLost: true } : { undelivered: true }) });
  };
  const dispose = () => {
    stream.dispose();
    posts?.dispose();
  };
  const deliver = (item: UpstreamItem) => {
    if (over) return;
    if (item.kind === "spoiled-answer") return lose(item.id, { reason: item.reason });
    if (item.kind === "spoiled-request") return void send(item.answer).catch(() => {});
    const { message } = item;
    if (isReply(message) && message.id !== undefined) waiting.delete(message.id);
    handlers.message(message, undefined);
  };

  /** Resolves once the server has named where to send, or with why it has not. */
  const open = () =>
    new Promise<LinkFault | undefined>((resolve) => {
      let settled = false;
      const settle = (fault: LinkFault | undefined) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        if (fault !== undefined) stream.dispose();
        resolve(fault);
      };
      const timer = setTimeout(
        () => settle({ reason: `opened no HTTP+SSE stream with an endpoint within ${endpointMs / 1_000} s` }),
        endpointMs,
      );
      const ask = (redirected: boolean, renewed: boolean) => {
        const sent = server.headers();
        stream.get(
          {},
          {
            failed: settle,
            head(head) {
              if (over || settled) return DROPPED;
              if (REDIRECTS.has(head.status) && !redirected && stream.follow(head.header("location"))) {
                ask(true, renewed);
                return DROPPED;
              }
              if (!isStream(head)) {
                return refusal(head, (fault, challenge) =>
                  renewing(sent, head.status, renewed, challenge).then((another) =>
                    another && !over ? ask(redirected, true) : settle(fault),
                  ),
                );
              }
              return follow(settle);
            },
          },
        );
      };
      ask(false, false);
    });
  const follow = (settle: (fault: LinkFault | undefined) => void): ResponseBody => {
    let named = false;
    const body = readEvents(
      undefined,
      newStream(),
      deliver,
      () => {
        settle({ reason: "closed its HTTP+SSE stream before it named an endpoint" });
        if (named) ended("closed its HTTP+SSE stream");
      },
      (event, data) => {
        // The first counts: where messages go does not change under way.
        if (event !== "endpoint" || named || over) return;
        const endpoint = endpointOf(data, stream.address());
        if (endpoint === undefined) {
          return settle({
            reason: `named an endpoint that is not at its own address (HTTP+SSE): “${oneLine(data, 120)}”`,
          });
        }
        named = true;
        openedAt = clock();
        posts = createHttpCalls({ ...server, url: endpoint });
        settle(undefined);
      },
    );
    return body;
  };
  /** Reads a refusal of the stream. */
  const refusal = (
    head: ResponseHead,
    told: (fault: LinkFault, challenge: string | undefined) => void,
  ): ResponseBody => {
    if (head.status >= 200 && head.status <= 299) {
      told({ reason: "answered with something that is no HTTP+SSE stream", status: head.status }, undefined);
      return DROPPED;
    }
    return readText((text) => {
      const read = readRefusal(head, text ?? "", false, undefined, "no HTTP+SSE there; its address often ends in /sse");
      if (read.kind === "fault") told(read.fault, head.header("www-authenticate"));
    }, MAX_REFUSAL_BYTES);
  };
  const renewing = async (
    sent: Readonly<Record<string, string>>,
    status: number,
    renewed: boolean,
    challenge: string | undefined,
  ): Promise<boolean> =>
    (status === 401 || status === 403) &&
    !renewed &&
    server.renew !== undefined &&
    (await server.renew(sent, status, challenge).catch(() => false));

  const post = (to: HttpCalls, message: RpcMessage, redirected = false, renewed = false): Promise<void> =>
    new Promise((handedOver) => {
      const id = isRequest(message) ? message.id : undefined;
      const lost = (fault: LinkFault) => {
        if (id !== undefined) lose(id, fault);
        handedOver();
      };
      const again = (redirect: boolean, renewal: boolean) => void post(to, message, redirect, renewal).then(handedOver);
      const sent = server.headers();
      const refused = async (head: ResponseHead, text: string) => {
        const { status } = head;
        if (await renewing(sent, status, renewed, head.header("www-authenticate"))) {
          if (!over) return again(redirected, true);
        }
        const read = readRefusal(head, text, protocolVersion !== undefined, id);
        if (read.kind === "fault") return lost(read.fault);
        handedOver();
        deliver({ kind: "message", message: read.error });
      };
      const headers: Record<string, string> = {};
      if (protocolVersion !== undefined) headers["mcp-protocol-version"] = protocolVersion;
      to.post(JSON.stringify(message), headers, {
        failed: lost,
        head(head) {
          const { status } = head;
          if ((status === 307 || status === 308) && !redirected && !over && to.follow(head.header("location"))) {
            again(true, renewed);
            return DROPPED;
          }
          if (status < 200 || status > 299)
            return readText((text) => void refused(head, text ?? ""), MAX_REFUSAL_BYTES);
          handedOver();
          // “Accepted”, or whatever; the answer comes on the stream.
          return readText(() => {}, MAX_REFUSAL_BYTES);
        },
      });
    });

  const send = async (message: RpcMessage): Promise<void> => {
    const id = isRequest(message) ? message.id : undefined;
    if (id !== undefined) waiting.add(id);
    else if (!isReply(message) && message.method === "notifications/cancelled") {
      const cancelled = message.params?.requestId;
      if (typeof cancelled === "number") waiting.delete(cancelled);
    }
    opening ??= open();
    const fault = await opening;
    if (fault !== undefined || posts === undefined || over) {
      if (id !== undefined) lose(id, { undelivered: true, ...(fault ?? { reason: "closed its HTTP+SSE stream" }) });
      return;
    }
    if (posting >= MAX_POSTING) {
      if (id !== undefined) lose(id, { reason: "does not take what it is sent", undelivered: true });
      return;
    }
    posting += 1;
    await post(posts, message).finally(() => {
      posting -= 1;
    });
  };

  return {
    start: async () => undefined,
    send,
    ready(version) {
      protocolVersion = version;
    },
    said: () => "",
    async close() {
      over = true;
      dispose();
    },
  };
}

/** The address that an endpoint event names, when it has the origin of the stream; its user and password are never taken. */
function endpointOf(data: string, address: URL): string | undefined {
  const endpoint = data.length > MAX_ENDPOINT_CHARS ? null : URL.parse(data.trim(), address);
  if (endpoint === null || endpoint.origin !== address.origin) return undefined;
  endpoint.username = address.username;
  endpoint.password = address.password;
  endpoint.hash = "";
  return endpoint.href;
}

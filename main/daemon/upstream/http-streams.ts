/** Owns what an upstream answers with over HTTP: the messages in a JSON body or in a stream of events, and where a stream can be resumed. */
import { createParser } from "eventsource-parser";
import { isReply, type RpcId, type RpcMessage, readMessage } from "../rpc/message.ts";
import type { ResponseBody, ResponseHead } from "./http-exchange.ts";
import { type LinkFault, MAX_UPSTREAM_MESSAGE_BYTES } from "./link.ts";

export interface StreamState {
  lastEventId: string | undefined;
  retryMs: number | undefined;
  answered: boolean;
}

export const newStream = (): StreamState => ({ lastEventId: undefined, retryMs: undefined, answered: false });

export const isStream = ({ status, header }: ResponseHead): boolean =>
  status === 200 && /^text\/event-stream\b/i.test(header("content-type") ?? "");

/** The messages in one text; a list is what servers of 2025-03-26 may answer with. What is none is left out. */
export function readMessages(text: string): RpcMessage[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const messages: RpcMessage[] = [];
  for (const item of Array.isArray(value) ? value : [value]) {
    const message = readMessage(item);
    if (message.ok) messages.push(message.value);
  }
  return messages;
}

/** Reads one SSE response to its end; `related` is the request that it answers, none for the standalone stream. */
export function readEvents(
  related: RpcId | undefined,
  state: StreamState,
  deliver: (message: RpcMessage) => void,
  ended: () => void,
): ResponseBody {
  const parser = createParser({
    onId: (id) => {
      state.lastEventId = id;
    },
    onRetry: (ms) => {
      state.retryMs = ms;
    },
    onEvent: (event) => {
      if (event.data === "" || (event.event !== undefined && event.event !== "message")) return;
      for (const message of readMessages(event.data)) {
        if (isReply(message) && message.id === related) state.answered = true;
        deliver(message);
      }
    },
    maxBufferSize: MAX_UPSTREAM_MESSAGE_BYTES,
  });
  const decoder = new TextDecoder();
  return {
    data(bytes) {
      try {
        parser.feed(decoder.decode(bytes, { stream: true }));
        return true;
      } catch {
        ended();
        return false;
      }
    },
    end: ended,
  };
}

/** What a refusal means, in words; `text` is the beginning of what was said with it. */
export function refusal({ status, header }: ResponseHead, text: string, hadSession: boolean): LinkFault {
  const said = text.replace(/\s+/g, " ").trim().slice(0, 200);
  // Servers of the older SSE transport, and web pages, refuse the first message in these two ways.
  const misplaced = !hadSession && (status === 404 || status === 405);
  const wantsSignIn = status === 401 || (status === 403 && /insufficient_scope/.test(header("www-authenticate") ?? ""));
  return {
    reason: wantsSignIn
      ? `wants a sign-in (${status})`
      : `answered ${status}${said === "" ? "" : `: ${said}`}${misplaced ? " (no Streamable HTTP there; its address often ends in /mcp)" : ""}`,
    status,
    ...(status === 404 && hadSession && { sessionLost: true, undelivered: true }),
    ...(wantsSignIn && { signIn: true }),
  };
}

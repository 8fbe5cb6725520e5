/** What an upstream answers with over HTTP: the messages in a JSON body or in a stream of events, and where a stream can be resumed. */
import { createParser } from "eventsource-parser";
import { isReply, type RpcId } from "../../rpc/message.ts";
import { MAX_UPSTREAM_MESSAGE_BYTES } from "../connection/link.ts";
import { readUpstream, type UpstreamItem } from "../connection/read-messages.ts";
import type { ResponseBody, ResponseHead } from "./http-exchange.ts";

/** An identifier of an event that is longer is not sent back; in bytes. Whole heads have 16 KiB. */
const MAX_EVENT_ID_BYTES = 4 * 1024;

export interface StreamState {
  /** As it stands in a `Last-Event-ID` header, a character a byte; undefined where the stream cannot be resumed. */
  lastEventId: string | undefined;
  retryMs: number | undefined;
  answered: boolean;
}

export const newStream = (): StreamState => ({ lastEventId: undefined, retryMs: undefined, answered: false });

export const isStream = ({ status, header }: ResponseHead): boolean =>
  status === 200 && /^text\/event-stream\b/i.test(header("content-type") ?? "");

/** The identifier encoded as UTF-8 (HTML §9.2.3); undefined for one that was taken back, or that no header can carry. */
function headerOf(id: string): string | undefined {
  const text = Buffer.from(id).toString("latin1");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header must not hold (RFC 9110 §5.5).
  return text === "" || text.length > MAX_EVENT_ID_BYTES || /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? undefined : text;
}

/**
 * Reads one SSE response to its end; `related` is the request that it answers, none for a stream that answers none.
 * `other` gets the events that are no messages, by their names.
 */
export function readEvents(
  related: RpcId | undefined,
  state: StreamState,
  deliver: (item: UpstreamItem) => void,
  ended: () => void,
  other: (event: string, data: string) => void = () => {},
): ResponseBody {
  const parser = createParser({
    onId: (id) => {
      state.lastEventId = headerOf(id);
    },
    onRetry: (ms) => {
      state.retryMs = ms;
    },
    onEvent: (event) => {
      if (event.event !== undefined && event.event !== "message") return other(event.event, event.data);
      if (event.data === "") return;
      for (const item of readUpstream(event.data)) {
        if (answers(item, related)) state.answered = true;
        deliver(item);
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

/** Whether this is the answer to that request, readable or not. */
export const answers = (item: UpstreamItem, id: RpcId | undefined): boolean =>
  item.kind === "message"
    ? isReply(item.message) && item.message.id === id
    : item.kind === "spoiled-answer" && item.id === id;

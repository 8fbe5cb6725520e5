/** What a POST to `/mcp` may hold (MCP 2025-11-25, Streamable HTTP): messages, or the status and error to answer with. */
import { parseExact } from "../../../shared/text/exact-json.ts";
import {
  errorOf,
  isObject,
  RPC,
  type RpcError,
  type RpcId,
  type RpcMessage,
  readId,
  readMessage,
} from "../rpc/message.ts";

/** Messages in one POST, which only revision 2025-03-26 allows. */
const MAX_BATCH = 100;

export type PostBody =
  | { ok: true; messages: RpcMessage[]; batch: boolean }
  | {
      ok: false;
      status: number;
      error: RpcError;
      /** The decoded body, undefined where it is not JSON. */
      value: unknown;
      /** Ids that answers in it bear: whoever asked waits for nothing else. */
      answers: RpcId[];
    };

/** Reads the body. Errors echo the id of the request where it can be read, and have none otherwise. */
export function readPost(text: string): PostBody {
  let value: unknown;
  try {
    // Some clients begin with a byte order mark.
    value = parseExact(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    const error = errorOf(undefined, RPC.parse, "Parse error: the body is not JSON");
    return { ok: false, status: 400, error, value: undefined, answers: [] };
  }
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > MAX_BATCH) {
    const message = `Invalid request: a batch holds 1 to ${MAX_BATCH} messages`;
    return { ok: false, status: 400, error: errorOf(undefined, RPC.invalidRequest, message), value, answers: [] };
  }
  const messages: RpcMessage[] = [];
  for (const item of items) {
    const message = readMessage(item);
    if (!message.ok) {
      const error = errorOf(idOf(item), RPC.invalidRequest, `Invalid request: ${message.reason}`);
      return { ok: false, status: 400, error, value, answers: items.flatMap(answerId) };
    }
    messages.push(message.value);
  }
  return { ok: true, messages, batch: Array.isArray(value) };
}

function idOf(value: unknown): RpcId | undefined {
  return isObject(value) ? readId(value.id) : undefined;
}

const answerId = (item: unknown): RpcId[] => {
  const id = isObject(item) && typeof item.method !== "string" ? idOf(item) : undefined;
  return id === undefined ? [] : [id];
};

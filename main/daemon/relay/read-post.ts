/** Owns what a POST to `/mcp` may hold (MCP 2025-11-25, Streamable HTTP): messages, or the status and error to answer with. */
import { errorOf, isObject, RPC, type RpcError, type RpcId, type RpcMessage, readMessage } from "../rpc/message.ts";

/** Messages in one POST, which only revision 2025-03-26 allows. */
const MAX_BATCH = 100;

export type PostBody =
  | { ok: true; messages: RpcMessage[]; batch: boolean }
  | { ok: false; status: number; error: RpcError };

/** Reads the body. Errors echo the id of the request where it can be read, and have none otherwise. */
export function readPost(text: string): PostBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, status: 400, error: errorOf(undefined, RPC.parse, "Parse error: the body is not JSON") };
  }
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > MAX_BATCH) {
    const message = `Invalid request: a batch holds 1 to ${MAX_BATCH} messages`;
    return { ok: false, status: 400, error: errorOf(undefined, RPC.invalidRequest, message) };
  }
  const messages: RpcMessage[] = [];
  for (const item of items) {
    const message = readMessage(item);
    if (!message.ok) {
      const error = errorOf(idOf(item), RPC.invalidRequest, `Invalid request: ${message.reason}`);
      return { ok: false, status: 400, error };
    }
    messages.push(message.value);
  }
  return { ok: true, messages, batch: Array.isArray(value) };
}

function idOf(value: unknown): RpcId | undefined {
  const id = isObject(value) ? value.id : undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

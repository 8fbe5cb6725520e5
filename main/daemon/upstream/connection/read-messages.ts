/**
 * Reads one text of an upstream: a line of a process, a body or an event of a stream. What is no message is told as well where
 * somebody waits for it: a request whose answer cannot be read would otherwise stay open for ever.
 */
import { parseExact } from "../../../../shared/text/exact-json.ts";
import { errorOf, isObject, RPC, type RpcError, type RpcId, type RpcMessage, readMessage } from "../../rpc/message.ts";
import { readId } from "../../rpc/rpc-id.ts";
import { ownNumber, withOwnIds } from "../../rpc/same-id.ts";

export type UpstreamItem =
  | { kind: "message"; message: RpcMessage }
  /** It bears the id of a request of ours and cannot be read; `reason` is the end of a sentence about its server. */
  | { kind: "spoiled-answer"; id: RpcId; reason: string }
  /** A request that cannot be read: what to answer. */
  | { kind: "spoiled-request"; answer: RpcError };

/** A list is what servers of 2025-03-26 may send. Empty for what is neither a message nor owed to anybody. */
export function readUpstream(text: string): UpstreamItem[] {
  let value: unknown;
  try {
    // Some servers begin with a byte order mark.
    value = parseExact(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).flatMap((item: unknown) => readItem(item) ?? []);
}

function readItem(value: unknown): UpstreamItem | undefined {
  const read = readMessage(value);
  if (read.ok) return { kind: "message", message: withOwnIds(read.value) };
  // A program's own log may have an id as well.
  if (!isObject(value) || !isMeant(value)) return undefined;
  if (typeof value.method === "string") {
    const id = readId(value.id);
    return id === undefined
      ? undefined
      : { kind: "spoiled-request", answer: errorOf(id, RPC.invalidRequest, `Invalid request: ${read.reason}`) };
  }
  const id = ownNumber(value.id);
  return id === undefined
    ? undefined
    : { kind: "spoiled-answer", id, reason: `answered with something that is not MCP: ${read.reason}` };
}

const isMeant = (value: Record<string, unknown>): boolean =>
  "jsonrpc" in value || "result" in value || "error" in value;

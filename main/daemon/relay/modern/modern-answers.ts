/** Gives the answers of a session the form that the stateless revision wants: their type, who gives them, how long they hold. */
import { isError, type JsonObject, RPC, type RpcError, type RpcReply, type RpcRequest } from "../../rpc/message.ts";
import { META, MODERN } from "../../rpc/modern.ts";

/** Answers that say how long they may be kept (MCP 2026-07-28, server utilities, caching). */
const CACHEABLE: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);

/** What a server says of its own answer stays; only that nobody else may be given it is ours to say. */
export function modernAnswer({ method, params }: RpcRequest, reply: RpcReply, serverInfo: JsonObject): RpcReply {
  if (isError(reply)) return modernError(reply, params?.uri);
  return { ...reply, result: modernResult(method, reply.result, serverInfo) };
}

export function modernResult(method: string, result: JsonObject, serverInfo: JsonObject): JsonObject {
  const { _meta: meta, ttlMs } = result;
  const kept = typeof ttlMs === "number" && Number.isSafeInteger(ttlMs) && ttlMs >= 0 ? ttlMs : 0;
  return {
    ...result,
    resultType: typeof result.resultType === "string" ? result.resultType : "complete",
    // Lists are those of one session: what its settings hide is not in them.
    ...(CACHEABLE.has(method) && { ttlMs: kept, cacheScope: "private" }),
    _meta: { [META.serverInfo]: serverInfo, ...(meta as JsonObject | undefined) },
  };
}

/** A resource that is not there has no code of its own any more. */
function modernError(reply: RpcError, uri: unknown): RpcError {
  const { error } = reply;
  if (error.code !== RPC.resourceNotFound) return reply;
  return { ...reply, error: { data: { uri }, ...error, code: RPC.invalidParams } };
}

/** The status of a whole answer: errors are answers as well, but for those that the revision gives a status. */
export const statusOf = (reply: RpcReply): number =>
  isError(reply)
    ? reply.error.code === MODERN.missingCapability
      ? 400
      : reply.error.code === RPC.methodNotFound
        ? 404
        : 200
    : 200;

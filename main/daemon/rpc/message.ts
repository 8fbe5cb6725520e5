/** Defines the shape of one JSON-RPC message and the only place where unknown JSON becomes one (JSON-RPC 2.0, MCP base protocol). */
import { check, type Parsed, z } from "../../../shared/protocol/schema.ts";
import { asNumber, isExactNumber } from "../../../shared/text/exact-json.ts";
import { type RpcId, readId } from "./rpc-id.ts";

export { type RpcId, readId } from "./rpc-id.ts";
export type JsonObject = Record<string, unknown>;

export interface RpcRequest {
  jsonrpc: "2.0";
  id: RpcId;
  method: string;
  params?: JsonObject | undefined;
}
export interface RpcNotification {
  jsonrpc: "2.0";
  method: string;
  params?: JsonObject | undefined;
}
export interface RpcResult {
  jsonrpc: "2.0";
  id: RpcId;
  result: JsonObject;
}
export interface RpcErrorBody {
  code: number;
  message: string;
  data?: unknown;
}
export interface RpcError {
  jsonrpc: "2.0";
  id?: RpcId | undefined;
  error: RpcErrorBody;
}
export type RpcReply = RpcResult | RpcError;
export type RpcMessage = RpcRequest | RpcNotification | RpcReply;

/** Codes of JSON-RPC 2.0 §5.1, and those that MCP adds. */
export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** An upstream server could not take part: not started, gone, or not speaking MCP. */
  upstream: -32000,
  sessionNotFound: -32001,
  resourceNotFound: -32002,
} as const;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);

// Checked, not copied: a result of 20 MB passes through here.
const object = z.custom<JsonObject>(isObject, "expected an object");
const jsonrpc = z.literal("2.0");
const id = z.unknown().transform((value, context): RpcId => {
  const read = readId(value);
  if (read !== undefined) return read;
  context.addIssue("expected a string or a number");
  return z.NEVER;
});
const requestSchema = z.object({ jsonrpc, id, method: z.string(), params: object.optional() });
const notificationSchema = z.object({ jsonrpc, method: z.string(), params: object.optional() });
const resultSchema = z.object({ jsonrpc, id, result: object });
const errorSchema = z.object({
  jsonrpc,
  id: z
    .union([z.null(), z.undefined(), id])
    .transform((value) => value ?? undefined)
    .optional(),
  error: z
    .object({
      code: z.preprocess(asNumber, z.number()).catch(-32603),
      message: z.string().catch("no reason is given"),
      data: z.unknown().optional(),
    })
    // In one word, as some write it.
    .or(z.string().transform((message) => ({ code: -32603, message }))),
});

/** Reads one decoded message. The reason says what is wrong with it; it is never thrown. */
export function readMessage(value: unknown): Parsed<RpcMessage> {
  if (!isObject(value)) return { ok: false, reason: "a JSON-RPC message is an object" };
  const plain = readPlain(value);
  return plain === undefined ? checkMessage(value) : { ok: true, value: plain };
}

/** The schemas' own verdict: what decides about everything that is not plainly right, and says what is wrong. */
export function checkMessage(given: JsonObject): Parsed<RpcMessage> {
  const value = withoutNulls(given);
  if ("method" in value) return "id" in value ? check(requestSchema, value) : check(notificationSchema, value);
  if ("result" in value) return check(resultSchema, value);
  if ("error" in value) return check<RpcError>(errorSchema, value);
  return { ok: false, reason: "neither a method nor a result nor an error" };
}

/**
 * Some libraries write every field, and null where they have none: `params: null`, the `id` of a notification, of `result` and
 * `error` the one that is not meant. An answer with neither is one that says nothing.
 */
function withoutNulls(value: JsonObject): JsonObject {
  const { id: to, method, params, result, error, ...rest } = value;
  const isNotice = to === null && typeof method === "string" && method.startsWith("notifications/");
  const empty = result === null && (error === null || error === undefined) && to !== null && to !== undefined;
  return {
    ...rest,
    ...("id" in value && !isNotice && { id: to }),
    ...("method" in value && method !== null && { method }),
    ...("params" in value && params !== null && { params }),
    ...("result" in value && result !== null && { result }),
    ...(empty && { result: {} }),
    ...("error" in value && error !== null && { error }),
  };
}

/** The messages that nearly all traffic consists of, without the schemas' work. Never more generous than they are. */
function readPlain(value: JsonObject): RpcMessage | undefined {
  const { jsonrpc: version, id: to, method, params, result } = value;
  if (version !== "2.0") return undefined;
  const hasId = typeof to === "string" || (typeof to === "number" && Number.isFinite(to));
  if (typeof method === "string") {
    if (params !== undefined && !isObject(params)) return undefined;
    if (hasId) return request(to, method, params);
    return "id" in value ? undefined : notification(method, params);
  }
  return hasId && isObject(result) && !("method" in value) ? resultOf(to, result) : undefined;
}

export const isRequest = (message: RpcMessage): message is RpcRequest => "method" in message && "id" in message;
export const isNotification = (message: RpcMessage): message is RpcNotification =>
  "method" in message && !("id" in message);
export const isReply = (message: RpcMessage): message is RpcReply => !("method" in message);
export const isError = (message: RpcReply): message is RpcError => "error" in message;

export const resultOf = (to: RpcId, result: JsonObject): RpcResult => ({ jsonrpc: "2.0", id: to, result });

/** An error reply; without an id when the request's own could not be read (it is never null). */
export function errorOf(to: RpcId | undefined, code: number, message: string, data?: unknown): RpcError {
  const error: RpcErrorBody = data === undefined ? { code, message } : { code, message, data };
  return to === undefined ? { jsonrpc: "2.0", error } : { jsonrpc: "2.0", id: to, error };
}

export const request = (to: RpcId, method: string, params?: JsonObject): RpcRequest =>
  params === undefined ? { jsonrpc: "2.0", id: to, method } : { jsonrpc: "2.0", id: to, method, params };

export const notification = (method: string, params?: JsonObject): RpcNotification =>
  params === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params };

/** The progress token that rides in `params._meta`, if there is a valid one. */
export function progressTokenOf(params: JsonObject | undefined): RpcId | undefined {
  const meta = params?._meta;
  return isObject(meta) ? readId(meta.progressToken) : undefined;
}

/** The same params with this progress token, or with none. */
export function withProgressToken(params: JsonObject | undefined, token: RpcId | undefined): JsonObject | undefined {
  const meta = isObject(params?._meta) ? params._meta : undefined;
  if (token === undefined) {
    if (meta?.progressToken === undefined) return params;
    const { progressToken: _, ...rest } = meta;
    return { ...params, _meta: rest };
  }
  return { ...params, _meta: { ...meta, progressToken: token } };
}

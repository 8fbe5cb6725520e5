/** Owns one agent's request on its way to one server and back: ids, progress tokens, the record of a tool call, the way to cancel it. */
import type { CallEnd, RecordedCall } from "../progress/call-recorder.ts";
import {
  errorOf,
  isError,
  isObject,
  type JsonObject,
  notification,
  progressTokenOf,
  RPC,
  type RpcMessage,
  type RpcReply,
  type RpcRequest,
  withProgressToken,
} from "../rpc/message.ts";
import type { Connection, Sent } from "../upstream/connection.ts";
import type { LinkFault } from "../upstream/link.ts";

export interface ForwardOptions {
  /** Towards the agent, on the stream of this request. */
  send(message: RpcMessage): void;
  /** The agent's stream is to pause as the server's did. */
  pause(): void;
  /** The record of a tool call; other requests have none. */
  record?: RecordedCall;
  /** May change the answer before the agent gets it. */
  shape?: (result: JsonObject) => JsonObject;
  /** Called once, when nothing more can follow. */
  done(): void;
}

/** `params` may differ from the agent's: a tool goes by the server's own name for it. */
export function forward(
  request: RpcRequest,
  params: JsonObject | undefined,
  to: Connection,
  options: ForwardOptions,
): Sent {
  const { send, pause, record, shape, done } = options;
  const token = progressTokenOf(request.params);
  const progress = (values: JsonObject) => {
    record?.progress(readProgress(values));
    if (token !== undefined) send(notification("notifications/progress", { ...values, progressToken: token }));
  };
  const sent = to.send(request.method, withProgressToken(params, undefined), {
    agentId: request.id,
    // Every tool call is watched, whether its agent asks for progress or not.
    ...((record !== undefined || token !== undefined) && { progress }),
    paused: pause,
    reply(reply) {
      record?.end(endOf(reply));
      const own: RpcReply = { ...reply, id: request.id };
      send("result" in own && shape !== undefined ? { ...own, result: shape(own.result) } : own);
      done();
    },
    lost(fault) {
      const reply = upstreamError(request, to.name, fault);
      record?.end({ kind: "failed", error: { code: fault.status ?? RPC.upstream, message: reply.error.message } });
      send(reply);
      done();
    },
  });
  return {
    cancel(reason) {
      sent.cancel(reason);
      record?.end({ kind: "cancelled", ...(reason !== undefined && { reason }) });
      done();
    },
  };
}

/** Says which server could not answer, and why. */
export function upstreamError(request: RpcRequest, server: string, fault: LinkFault) {
  const data = { server, ...(fault.status !== undefined && { status: fault.status }) };
  return errorOf(request.id, RPC.upstream, `MCP server “${server}” ${fault.reason}`, data);
}

function readProgress(values: JsonObject): { progress?: number; total?: number; message?: string } {
  const { progress, total, message } = values;
  return {
    ...(typeof progress === "number" && { progress }),
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
  };
}

function endOf(reply: RpcReply): CallEnd {
  if (isError(reply)) return { kind: "failed", error: { code: reply.error.code, message: reply.error.message } };
  if (reply.result.isError !== true) return { kind: "finished", result: reply.result };
  return {
    kind: "failed",
    result: reply.result,
    error: { message: firstText(reply.result) ?? "The tool reports an error." },
  };
}

function firstText(result: JsonObject): string | undefined {
  const content = Array.isArray(result.content) ? result.content : [];
  for (const item of content) {
    if (isObject(item) && typeof item.text === "string" && item.text !== "") return item.text.slice(0, 500);
  }
  return undefined;
}

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
  resultOf,
  withProgressToken,
} from "../rpc/message.ts";
import type { Connection, Sent } from "../upstream/connection.ts";
import type { LinkFault } from "../upstream/link.ts";

export interface Rescue {
  result: JsonObject;
  end: CallEnd;
}

export interface ForwardOptions {
  /** Towards the agent, on the stream of this request. */
  send(message: RpcMessage): void;
  /** The agent's stream is to pause as the server's did. */
  pause(): void;
  /** The record of a tool call; other requests have none. */
  record?: RecordedCall;
  /** What to answer instead when the call is lost, and how it is recorded; undefined leaves the loss an error. */
  rescue?: (fault: LinkFault) => Rescue | undefined;
  /** Without an answer for this long the call counts as lost, and the server is told to stop. */
  timeoutMs?: number;
  /** Takes the answer before the agent gets it: true when the call's record goes on without it. */
  onReply?: (reply: RpcReply) => boolean;
  /** Called once, when it has its answer. */
  done(): void;
}

/** `params` may differ from the agent's: a tool goes by the server's own name for it. */
export function forward(
  request: RpcRequest,
  params: JsonObject | undefined,
  to: Connection,
  options: ForwardOptions,
): Sent {
  const { send, pause, record, rescue, timeoutMs, done } = options;
  let timer: NodeJS.Timeout | undefined;
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
      clearTimeout(timer);
      const goesOn = options.onReply?.(reply) === true;
      send({ ...reply, id: request.id });
      // After the answer, which might prove to be one that cannot be passed on.
      if (!goesOn) record?.end(endOf(reply));
      done();
    },
    lost,
  });
  function lost(fault: LinkFault): void {
    clearTimeout(timer);
    const rescued = rescue?.(fault);
    if (rescued !== undefined) {
      record?.end(rescued.end);
      send(resultOf(request.id, rescued.result));
      done();
      return;
    }
    const reply = upstreamError(request, to.name, fault);
    record?.end({ kind: "failed", error: { code: fault.status ?? RPC.upstream, message: reply.error.message } });
    send(reply);
    done();
  }
  if (timeoutMs !== undefined) {
    timer = setTimeout(() => {
      sent.cancel("timeout");
      lost({ reason: `did not answer within ${timeoutMs / 1000} s` });
    }, timeoutMs);
  }
  return {
    cancel(reason) {
      clearTimeout(timer);
      sent.cancel(reason);
      record?.end({ kind: "cancelled", ...(reason !== undefined && { reason }) });
      done();
    },
  };
}

/** Says which server could not answer, and why. */
export function upstreamError(request: RpcRequest, server: string, fault: LinkFault) {
  const data = { server, code: codeOf(fault), ...(fault.status !== undefined && { status: fault.status }) };
  return errorOf(request.id, RPC.upstream, `MCP server “${server}” ${fault.reason}`, data);
}

/** Whether the request may have been carried out, and whose turn it is. */
function codeOf(fault: LinkFault): string {
  if (fault.signIn === true) return "sign-in-needed";
  if (fault.undelivered === true) return "server-away";
  return fault.status === undefined ? "outcome-unknown" : "server-refused";
}

function readProgress(values: JsonObject): { progress?: number; total?: number; message?: string } {
  const { progress, total, message } = values;
  return {
    ...(typeof progress === "number" && { progress }),
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
  };
}

/** How a call ended, by its answer. */
export function endOf(reply: RpcReply): CallEnd {
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

/** One agent's request on its way to one server and back: ids, progress tokens, the record of a tool call, the way to cancel it. */
import { numberOf } from "../../../shared/text/exact-json.ts";
import type { CallEnd, CallError, RecordedCall } from "../progress/call-recorder.ts";
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
import type { Connection } from "../upstream/connection/connection.ts";
import type { LinkFault } from "../upstream/connection/link.ts";
import { withoutAbsent } from "../upstream/connection/without-absent.ts";
import type { KeptWaiting } from "./keep-waiting.ts";

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
  /** Keeps the agent waiting for it. */
  waiting?: KeptWaiting;
  /** Takes the result of a call that its agent had given up. */
  onLate?: (result: JsonObject) => void;
  /** What to answer instead when the call is lost, and how it is recorded; undefined leaves the loss an error. */
  rescue?: (fault: LinkFault) => Rescue | undefined;
  /** Without an answer for this long the call counts as lost, and the server is told to stop. */
  timeoutMs?: number;
  /** Gives the answer as the agent is to have it. */
  adapt?: (reply: RpcReply) => RpcReply;
  /** Takes the answer before the agent gets it: true when the call's record goes on without it. */
  onReply?: (reply: RpcReply) => boolean;
  /** True when another server is to answer instead: this answer is then dropped. */
  elsewhere?: (reply: RpcReply) => boolean;
  /** Called once, when it has its answer. */
  done(): void;
}

export interface Forwarded {
  /** Tells the server to stop; `stopped` is how the record ends where that was not the agent's wish. */
  cancel(reason: string | undefined, stopped?: CallError): void;
}

/** `params` may differ from the agent's: a tool goes by the server's own name for it. */
export function forward(
  request: RpcRequest,
  params: JsonObject | undefined,
  to: Connection,
  options: ForwardOptions,
): Forwarded {
  const { send, pause, record, waiting, onLate, rescue, timeoutMs, done } = options;
  let over = false;
  /** A request ends once: false when it has ended before. */
  const end = (how: CallEnd | undefined): boolean => {
    if (over) return false;
    over = true;
    clearTimeout(timer);
    waiting?.end();
    if (how !== undefined) record?.end(how);
    return true;
  };
  // Before the request is sent, so that no end can come before what it stops.
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          sent.cancel("timeout");
          lost({ reason: `did not answer within ${timeoutMs / 1000} s` });
        }, timeoutMs);
  const token = progressTokenOf(request.params);
  const progress = (given: JsonObject) => {
    const values = withoutAbsent(given);
    record?.progress(readProgress(values));
    if (token === undefined) return;
    waiting?.heard(values);
    send(notification("notifications/progress", { ...values, progressToken: token }));
  };
  const sent = to.send(request.method, withProgressToken(params, undefined), {
    agentId: request.id,
    // Every tool call is watched, whether its agent asks for progress or not.
    ...((record !== undefined || token !== undefined) && { progress }),
    paused: pause,
    reply(given) {
      const reply = tidied(options.adapt?.(given) ?? given);
      if (over) return;
      if (options.elsewhere?.(reply) === true) return void end(undefined);
      const goesOn = options.onReply?.(reply) === true;
      if (record?.left === true && !goesOn) tellLate(reply);
      send({ ...reply, id: request.id });
      // After the answer, which might prove to be one that cannot be passed on.
      if (end(goesOn ? undefined : endOf(reply))) done();
    },
    // Servers also confirm with an error that they have stopped.
    late(reply) {
      if (!("result" in reply)) return;
      record?.late(endOf(reply));
      tellLate(reply);
    },
    lost,
  });
  function tellLate(reply: RpcReply): void {
    if ("result" in reply && reply.result.isError !== true) onLate?.(reply.result);
  }
  function lost(fault: LinkFault): void {
    if (over) return;
    const rescued = rescue?.(fault);
    const reply = upstreamError(request, to.name, fault);
    const code = fault.status ?? RPC.upstream;
    end(rescued?.end ?? { kind: "failed", error: { code, message: reply.error.message } });
    send(rescued === undefined ? reply : resultOf(request.id, rescued.result));
    done();
  }
  return {
    cancel(reason, stopped) {
      sent.cancel(reason);
      if (end(cancelledEnd(reason, stopped))) done();
    },
  };
}

export const cancelledEnd = (reason: string | undefined, stopped?: CallError): CallEnd => ({
  kind: "cancelled",
  ...(reason !== undefined && { reason }),
  ...(stopped !== undefined && { error: stopped }),
});

function tidied(reply: RpcReply): RpcReply {
  if (!("result" in reply)) return reply;
  const result = withoutAbsent(reply.result);
  return result === reply.result ? reply : { ...reply, result };
}

/** Says which server could not answer, and why. */
export function upstreamError(request: RpcRequest, server: string, fault: LinkFault) {
  const data = { server, code: codeOf(fault), ...(fault.status !== undefined && { status: fault.status }) };
  return errorOf(request.id, RPC.upstream, `MCP server “${server}” ${fault.reason}`, data);
}

/** Whether the request may have been carried out, and whose turn it is. */
function codeOf(fault: LinkFault): string {
  if (fault.code !== undefined) return fault.code;
  if (fault.signIn === true) return "sign-in-needed";
  if (fault.undelivered === true) return "server-away";
  return fault.status === undefined ? "outcome-unknown" : "server-refused";
}

function readProgress(values: JsonObject): { progress?: number; total?: number; message?: string } {
  const { message } = values;
  const progress = numberOf(values.progress);
  const total = numberOf(values.total);
  return {
    ...(progress !== undefined && { progress }),
    ...(total !== undefined && { total }),
    ...(typeof message === "string" && { message }),
  };
}

/** How a call ended, by its answer. */
export function endOf(reply: RpcReply): CallEnd {
  if (isError(reply)) return { kind: "failed", error: reply.error };
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

/** Owns the requests of one agent that have no answer yet: how each is answered, handed to a server, or cancelled. */
import type { CallRecorder } from "../progress/call-recorder.ts";
import {
  errorOf,
  isObject,
  type JsonObject,
  progressTokenOf,
  type RpcId,
  type RpcMessage,
  type RpcReply,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { CONNECT_TIMEOUT_MS, type Connection } from "../upstream/connection.ts";
import type { LinkFault } from "../upstream/link.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { forward, type Rescue } from "./forward.ts";
import type { Tasks } from "./tasks.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface OpenRequests {
  readonly count: number;
  begin(request: RpcRequest): void;
  /** False once it was answered or cancelled: whoever worked on it may stop. */
  waits(request: RpcRequest): boolean;
  answer(request: RpcRequest, result: JsonObject): void;
  refuse(request: RpcRequest, code: number, message: string): void;
  /** Hands it to its server, once that is connected. A tool call is recorded from here to its end. */
  pass(request: RpcRequest, to: Connection, how?: PassOptions): void;
  /** Answers a tool call that is not sent at all, and records it. */
  divert(request: RpcRequest, tool: ToolOwner, params: JsonObject, answer: (call: string) => Rescue): void;
  cancel(id: RpcId, reason: string | undefined): void;
  cancelAll(reason: string): void;
  /** Resolves once nothing is open any more. */
  settled(): Promise<void>;
}

export interface PassOptions {
  /** Instead of the agent's own. */
  params?: JsonObject | undefined;
  /** For a tool call: whose tool it is. */
  tool?: ToolOwner;
  /** For a write that is to survive an outage: what to do when it is lost. */
  rescue?: (fault: LinkFault, call: string) => Rescue | undefined;
  /** How long to wait for the server to be connected, and then for its answer; the defaults are patient and endless. */
  connectMs?: number;
  timeoutMs?: number;
  /** Sees the server's answer. */
  onReply?: (reply: RpcReply) => void;
}

export function createOpenRequests(
  streams: AgentStreams,
  calls: CallRecorder,
  tasks: Pick<Tasks, "begin">,
): OpenRequests {
  /** How to cancel each at its server. */
  const open = new Map<RpcId, (reason: string | undefined) => void>();
  let whenSettled: (() => void) | undefined;
  const close = (id: RpcId): boolean => {
    const was = open.delete(id);
    if (open.size === 0) whenSettled?.();
    return was;
  };

  const startRecord = (request: RpcRequest, tool: ToolOwner, params: JsonObject | undefined) =>
    calls.start({
      tool: tool.tool,
      server: tool.server,
      token: progressTokenOf(request.params),
      args: isObject(params?.arguments) ? params.arguments : {},
    });
  const pass = (request: RpcRequest, to: Connection, how: PassOptions = {}) => {
    if (!open.has(request.id)) return;
    const { params = request.params, tool, rescue, connectMs = CONNECT_TIMEOUT_MS, timeoutMs, onReply } = how;
    const record = tool === undefined ? undefined : startRecord(request, tool, params);
    const send = () => {
      const sent = forward(request, params, to, {
        send: (message: RpcMessage) => streams.send(message, request.id),
        pause: () => streams.pause(request.id),
        done: () => close(request.id),
        onReply(reply) {
          onReply?.(reply);
          return isObject(params?.task) && tasks.begin(to.name, reply, record);
        },
        ...(record !== undefined && { record }),
        ...(record !== undefined && rescue !== undefined && { rescue: (fault) => rescue(fault, record.id) }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      // It may have failed at once.
      if (open.has(request.id)) open.set(request.id, (reason) => sent.cancel(reason));
    };
    if (to.state.phase === "ready") return send();
    open.set(request.id, (reason) => record?.end({ kind: "cancelled", ...(reason !== undefined && { reason }) }));
    to.wake();
    void to.settled(connectMs).then(() => {
      if (open.has(request.id)) send();
    });
  };

  return {
    get count() {
      return open.size;
    },
    begin: (request) => open.set(request.id, () => {}),
    waits: (request) => open.has(request.id),
    answer(request, result) {
      if (close(request.id)) streams.send(resultOf(request.id, result));
    },
    refuse(request, code, message) {
      if (close(request.id)) streams.send(errorOf(request.id, code, message));
    },
    pass,
    divert(request, tool, params, answer) {
      if (!close(request.id)) return;
      const record = startRecord(request, tool, params);
      const { result, end } = answer(record.id);
      record.end(end);
      streams.send(resultOf(request.id, result));
    },
    cancel(id, reason) {
      const cancel = open.get(id);
      close(id);
      cancel?.(reason);
      streams.drop(id);
    },
    cancelAll(reason) {
      for (const [id, cancel] of [...open]) {
        cancel(reason);
        close(id);
      }
    },
    settled: () =>
      open.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenSettled = resolve;
          }),
  };
}

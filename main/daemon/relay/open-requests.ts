/** Owns the requests of one agent that have no answer yet: how each is answered, handed to a server, or cancelled. */
import type { CallRecorder } from "../progress/call-recorder.ts";
import {
  errorOf,
  isObject,
  type JsonObject,
  progressTokenOf,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { CONNECT_TIMEOUT_MS, type Connection } from "../upstream/connection.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { forward } from "./forward.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface OpenRequests {
  readonly count: number;
  begin(request: RpcRequest): void;
  /** False once it was answered or cancelled: whoever worked on it may stop. */
  waits(request: RpcRequest): boolean;
  answer(request: RpcRequest, result: JsonObject): void;
  refuse(request: RpcRequest, code: number, message: string): void;
  /** Hands it to its server, once that is connected. A tool call is recorded from here to its end. */
  pass(request: RpcRequest, to: Connection, params?: JsonObject, tool?: ToolOwner): void;
  cancel(id: RpcId, reason: string | undefined): void;
  cancelAll(reason: string): void;
}

export function createOpenRequests(streams: AgentStreams, calls: CallRecorder): OpenRequests {
  /** How to cancel each at its server. */
  const open = new Map<RpcId, (reason: string | undefined) => void>();

  const pass = (request: RpcRequest, to: Connection, params = request.params, tool?: ToolOwner) => {
    if (!open.has(request.id)) return;
    const record =
      tool === undefined
        ? undefined
        : calls.start({
            tool: tool.tool,
            server: tool.server,
            token: progressTokenOf(request.params),
            args: isObject(params?.arguments) ? params.arguments : {},
          });
    const send = () => {
      const sent = forward(request, params, to, {
        send: (message: RpcMessage) => streams.send(message, request.id),
        pause: () => streams.pause(request.id),
        done: () => open.delete(request.id),
        ...(record !== undefined && { record }),
      });
      // It may have failed at once.
      if (open.has(request.id)) open.set(request.id, (reason) => sent.cancel(reason));
    };
    if (to.state.phase === "ready") return send();
    open.set(request.id, (reason) => record?.end({ kind: "cancelled", ...(reason !== undefined && { reason }) }));
    to.wake();
    void to.settled(CONNECT_TIMEOUT_MS).then(() => {
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
      if (open.delete(request.id)) streams.send(resultOf(request.id, result));
    },
    refuse(request, code, message) {
      if (open.delete(request.id)) streams.send(errorOf(request.id, code, message));
    },
    pass,
    cancel(id, reason) {
      const cancel = open.get(id);
      open.delete(id);
      cancel?.(reason);
      streams.drop(id);
    },
    cancelAll(reason) {
      for (const cancel of open.values()) cancel(reason);
      open.clear();
    },
  };
}

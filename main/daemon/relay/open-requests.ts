/** The requests of one agent that have no answer yet: how each is answered, handed to a server, or cancelled. */
import type { LeftWhy } from "../../../shared/events/tool-event.ts";
import type { CallWait } from "../../../shared/protocol/call-wait.ts";
import type { CallError, CallRecorder, RecordedCall } from "../progress/call-recorder.ts";
import type { Refusal } from "../progress/refused-calls.ts";
import {
  errorOf,
  isObject,
  type JsonObject,
  progressTokenOf,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcReply,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { knownId } from "../rpc/same-id.ts";
import type { LateResults } from "../sessions/late-results.ts";
import { CONNECT_TIMEOUT_MS, type Connection } from "../upstream/connection/connection.ts";
import type { LinkFault } from "../upstream/connection/link.ts";
import type { SessionStreams } from "./agent-streams.ts";
import { cancelledEnd, forward, type Rescue } from "./forward.ts";
import { type KeptWaiting, keepWaiting } from "./keep-waiting.ts";
import { refusedCall } from "./refused-call.ts";
import { type StoppedBy, stoppedError, stoppedResult, toServer } from "./stopped-call.ts";
import type { Tasks } from "./tasks.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface OpenRequests {
  readonly count: number;
  begin(request: RpcRequest): void;
  /** False once it was answered or cancelled: whoever worked on it may stop. */
  waits(request: RpcRequest): boolean;
  answer(request: RpcRequest, result: JsonObject): void;
  refuse(request: RpcRequest, code: number, message: string): void;
  /** Answers a tool call that no server is to see, and records it with its reason; `message` is what the agent is told. */
  refuseCall(request: RpcRequest, why: Refusal, message: string, tool?: ToolOwner): void;
  /** Hands it to its server, once that is connected. A tool call is recorded from here to its end. */
  pass(request: RpcRequest, to: Connection, how?: PassOptions): void;
  /**
   * Records a tool call that waits for a person; `pass` or `divert` then continue it. `withdraw` is called when it is
   * cancelled before. Its agent is kept waiting, and one that leaves ends it. `message` says what it waits for.
   */
  hold(
    request: RpcRequest,
    tool: ToolOwner,
    params: JsonObject,
    withdraw: (reason: string | undefined) => void,
    message?: string,
  ): void;
  /** The same for a request that is no tool call and has no record; `pass` or `refuse` then continue it. */
  holdOther(request: RpcRequest, withdraw: (reason: string | undefined) => void): void;
  /** Answers a tool call that is not sent at all, and records it. */
  divert(request: RpcRequest, tool: ToolOwner, params: JsonObject, answer: (call: string) => Rescue): void;
  /** The agent cancels it, also by an id that was given back as text. */
  cancel(id: RpcId, reason: string | undefined): void;
  /** Ends the call of this name for a person or a rule: its server is told to stop, its agent hears why. False where it is not open. */
  stop(call: string, by: StoppedBy): boolean;
  /** Nobody has read the answers' streams for `agoMs`; with a reason their servers are told to stop. */
  leave(ids: readonly RpcId[], agoMs: number, cancel?: string): void;
  leaveAll(): void;
  /** The agent reads on after all. */
  returned(ids: readonly RpcId[]): void;
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
  /** Gives the answer as the agent is to have it. */
  adapt?: (reply: RpcReply) => RpcReply;
  /** Sees the server's answer first: true when it has passed the request on to another server, whose answer counts. */
  elsewhere?: (reply: RpcReply) => boolean;
  /** It has its answer, or will have none. */
  onEnd?: () => void;
}

export interface OpenRequestsOptions {
  streams: SessionStreams;
  calls: CallRecorder;
  /** How its agent waits for a call, where its launch decided that, and for how many milliseconds a silent server is spoken for. */
  wait: () => { agent: CallWait | undefined; longMs: number };
  lateResults: LateResults;
  tasks: Pick<Tasks, "begin">;
  /** After how many milliseconds at its server a call of this tool is stopped; undefined: never. */
  stopsAfter?: (tool: ToolOwner) => number | undefined;
  /** A server has given this result. */
  answered: (server: string, result: JsonObject) => void;
}

interface Open {
  /** At its server, and in its record. */
  cancel(reason: string | undefined, stopped?: CallError): void;
  record?: RecordedCall | undefined;
  waiting?: KeptWaiting | undefined;
  /** It waits for a person: nothing of it is carried out for an agent that has left. */
  held?: boolean;
}

export function createOpenRequests(options: OpenRequestsOptions): OpenRequests {
  const { streams, calls, wait, lateResults, tasks, answered } = options;
  const open = new Map<RpcId, Open>();
  const limits = new Map<RpcId, NodeJS.Timeout>();
  let whenSettled: (() => void) | undefined;
  const close = (id: RpcId): boolean => {
    clearTimeout(limits.get(id));
    limits.delete(id);
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
  const keepsWaiting = (request: RpcRequest, record: RecordedCall): KeptWaiting => {
    const { agent, longMs } = wait();
    return keepWaiting({
      token: progressTokenOf(request.params),
      wait: agent,
      longMs,
      send: (message) => streams.send(message, request.id),
      gaveUp: (afterMs) => record.leave({ why: "limit", afterMs }),
    });
  };
  const pass = (request: RpcRequest, to: Connection, how: PassOptions = {}) => {
    const before = open.get(request.id);
    if (before === undefined) return;
    const { params = request.params, tool, rescue, connectMs = CONNECT_TIMEOUT_MS, timeoutMs } = how;
    const record = tool === undefined ? undefined : (before.record ?? startRecord(request, tool, params));
    const startedAt = Date.now();
    const waiting = before.waiting ?? (record === undefined ? undefined : keepsWaiting(request, record));
    const limitMs = tool === undefined || record === undefined ? undefined : options.stopsAfter?.(tool);
    if (limitMs !== undefined && record !== undefined && !limits.has(request.id)) {
      limits.set(
        request.id,
        setTimeout(() => stop(record.id, { rule: limitMs }), limitMs),
      );
    }
    const send = () => {
      const sent = forward(request, params, to, {
        send: (message: RpcMessage) => streams.send(message, request.id),
        pause: () => streams.pause(request.id),
        ...(how.adapt !== undefined && { adapt: how.adapt }),
        done() {
          how.onEnd?.();
          close(request.id);
        },
        ...(how.elsewhere !== undefined && { elsewhere: how.elsewhere }),
        onReply(reply) {
          if ("result" in reply) answered(to.name, reply.result);
          how.onReply?.(reply);
          return isObject(params?.task) && tasks.begin(to.name, reply, record);
        },
        ...(record !== undefined && { record }),
        ...(waiting !== undefined && { waiting }),
        ...(tool !== undefined && {
          onLate: (result) =>
            lateResults.keep(tool.server, tool.tool, params?.arguments, { result, startedAt, endedAt: Date.now() }),
        }),
        ...(record !== undefined && rescue !== undefined && { rescue: (fault) => rescue(fault, record.id) }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      // It may have ended within the call above.
      if (open.has(request.id)) open.set(request.id, { cancel: sent.cancel, record, waiting });
    };
    if (to.state.phase === "ready") return send();
    open.set(request.id, {
      cancel(reason, stopped) {
        waiting?.end();
        record?.end(cancelledEnd(reason, stopped));
      },
      record,
      waiting,
    });
    to.wake();
    void to.settled(connectMs).then(() => {
      if (open.has(request.id)) send();
    });
  };

  const leave = ({ record, waiting }: Open, why: LeftWhy, agoMs: number, reason?: string) =>
    record?.leave({
      why,
      afterMs: Math.max(0, (waiting?.elapsedMs ?? 0) - agoMs),
      ...(reason !== undefined && { reason }),
    });
  const cancelWith = (id: RpcId, reason: string | undefined) => {
    const request = open.get(id);
    close(id);
    request?.cancel(reason);
    streams.drop(id);
  };

  function stop(call: string, by: StoppedBy): boolean {
    for (const [id, request] of [...open]) {
      if (request.record?.id !== call) continue;
      request.cancel(toServer(by), stoppedError(by));
      close(id);
      streams.send(resultOf(id, stoppedResult(by)));
      return true;
    }
    return false;
  }

  return {
    get count() {
      return open.size;
    },
    begin: (request) => open.set(request.id, { cancel() {} }),
    waits: (request) => open.has(request.id),
    answer(request, result) {
      if (close(request.id)) streams.send(resultOf(request.id, result));
    },
    refuse(request, code, message) {
      if (close(request.id)) streams.send(errorOf(request.id, code, message));
    },
    refuseCall(request, why, message, tool) {
      if (!close(request.id)) return;
      calls.refuse(refusedCall(request.params, tool), why);
      streams.send(errorOf(request.id, RPC.invalidParams, message));
    },
    pass,
    hold(request, tool, params, withdraw, message = "waits until a person allows it") {
      const before = open.get(request.id);
      if (before === undefined) return;
      // One that a server has seen already goes on as the same call.
      const record = before.record ?? startRecord(request, tool, params);
      const waiting = keepsWaiting(request, record);
      record.progress({ message });
      open.set(request.id, {
        cancel(reason, stopped) {
          withdraw(reason);
          waiting.end();
          record.end(cancelledEnd(reason, stopped));
        },
        record,
        waiting,
        held: true,
      });
    },
    holdOther(request, withdraw) {
      if (open.has(request.id)) open.set(request.id, { cancel: withdraw, held: true });
    },
    divert(request, tool, params, answer) {
      const before = open.get(request.id);
      if (before === undefined || !close(request.id)) return;
      before.waiting?.end();
      const record = before.record ?? startRecord(request, tool, params);
      const { result, end } = answer(record.id);
      record.end(end);
      streams.send(resultOf(request.id, result));
    },
    cancel(given, reason) {
      const id = knownId(open, given) ?? given;
      const request = open.get(id);
      if (request !== undefined) leave(request, "cancelled", 0, reason);
      cancelWith(id, reason);
    },
    stop,
    leave(ids, agoMs, cancel) {
      for (const id of ids) {
        const request = open.get(id);
        if (request !== undefined) leave(request, "disconnected", agoMs);
        if (cancel !== undefined) cancelWith(id, cancel);
      }
    },
    leaveAll() {
      for (const [id, request] of [...open]) {
        leave(request, "disconnected", 0);
        if (request.held === true) cancelWith(id, "the agent has left");
      }
    },
    returned(ids) {
      for (const id of ids) open.get(id)?.record?.returned();
    },
    cancelAll(reason) {
      for (const [id, request] of [...open]) {
        request.cancel(reason);
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

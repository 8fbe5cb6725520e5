/** Owns the turning of one tool call into the events that a session publishes: started, progress, and one end. */
import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import { redactText } from "../../../shared/text/redact.ts";
import type { JsonObject, RpcId } from "../rpc/message.ts";
import type { EventRing } from "./event-ring.ts";
import { recordValue } from "./record-value.ts";

export interface CallStart {
  tool: string;
  server: string;
  /** What the agent calls the call's progress, if it asked for any. */
  token: RpcId | undefined;
  args: unknown;
}

export type CallEnd =
  | { kind: "finished"; result: JsonObject }
  | { kind: "failed"; result?: JsonObject; error: { code?: number | string; message: string } }
  | { kind: "cancelled"; reason?: string }
  /** It is kept and will be delivered later; what becomes of it is told with `later`. */
  | { kind: "queued"; reason: string };

/** What became of a kept call. */
export type LaterEnd =
  | { kind: "delivered"; result: JsonObject }
  | { kind: "failed"; error: { code: string; message: string } }
  | { kind: "queued" | "discarded" };

export interface RecordedCall {
  /** Unique within the session. */
  readonly id: string;
  progress(values: { progress?: number; total?: number; message?: string }): void;
  /** Publishes the end; what comes after the first end is ignored. */
  end(how: CallEnd): void;
}

export interface CallRecorder {
  start(call: CallStart): RecordedCall;
  /** Tells of a call that was kept, by its id. */
  later(call: { id: string; tool: string; server: string }, how: LaterEnd): void;
  /** Calls that have started and not ended. */
  readonly running: number;
}

export interface RecorderOptions {
  ring: EventRing;
  /** Position in the output of the session's terminal, in bytes. */
  offset: () => number;
  secrets: () => readonly string[];
  /** Milliseconds since 1970, for timestamps. */
  now?: () => number;
  /** Milliseconds that never jump, for durations. */
  clock?: () => number;
}

type CallFields = Pick<ToolEvent, "tool" | "server" | "call" | "token">;

export function createCallRecorder(options: RecorderOptions): CallRecorder {
  const { ring, offset, secrets, now = Date.now, clock = () => performance.now() } = options;
  let count = 0;
  let running = 0;
  /** What an event says is laid out later, when it is written; when it happened is now. */
  const publish = (call: CallFields, kind: ToolEvent["kind"], more: () => Partial<ToolEvent>) => {
    const at = now();
    ring.append((seq) => {
      const base = { ...call, kind, seq, timestamp: new Date(at).toISOString() };
      try {
        return JSON.stringify({ ...base, ...more() });
      } catch {
        // Arguments or a result nested so deeply that they cannot be written again: the call is told all the same.
        return JSON.stringify(base);
      }
    });
  };

  return {
    get running() {
      return running;
    },
    later({ id, tool, server }, how) {
      publish({ tool, server, call: id }, how.kind, () => ({
        ...(how.kind === "delivered" && endFields({ kind: "finished", result: how.result }, secrets())),
        ...(how.kind === "failed" && { error: how.error }),
      }));
    },
    start(call) {
      count += 1;
      running += 1;
      const id = `c${count}`;
      const startedAt = clock();
      let ended = false;
      const fields: CallFields = {
        tool: call.tool,
        server: call.server,
        call: id,
        ...(call.token !== undefined && { token: call.token }),
      };
      const at = offset();
      publish(fields, "started", () => {
        const { value, size } = recordValue(call.args ?? {}, secrets());
        return { args: value, ...(size !== undefined && { cut: { args: size } }), offset: at };
      });
      return {
        id,
        progress(values) {
          if (ended) return;
          publish(fields, "progress", () => {
            const message = values.message === undefined ? undefined : redactText(values.message, secrets());
            return { ...values, ...(message !== undefined && { message }) };
          });
        },
        end(how) {
          if (ended) return;
          ended = true;
          running -= 1;
          const duration = Math.round((clock() - startedAt) * 10) / 10;
          publish(fields, how.kind, () => ({ ...endFields(how, secrets()), duration_ms: duration }));
        },
      };
    },
  };
}

function endFields(how: CallEnd, secrets: readonly string[]): Partial<ToolEvent> {
  if (how.kind === "cancelled" || how.kind === "queued") {
    return how.reason === undefined ? {} : { message: redactText(how.reason, secrets) };
  }
  const recorded = how.result === undefined ? undefined : recordValue(how.result, secrets);
  return {
    ...(recorded !== undefined && { result: recorded.value }),
    ...(recorded?.size !== undefined && { cut: { result: recorded.size } }),
    ...(how.kind === "failed" && { error: { ...how.error, message: redactText(how.error.message, secrets) } }),
  };
}

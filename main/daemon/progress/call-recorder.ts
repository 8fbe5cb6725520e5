/** The turning of one tool call into the events that a session publishes: started, progress, and one end. */
import type { LeftWhy, RecordedPart, ToolEvent } from "../../../shared/events/tool-event.ts";
import { MAX_RECORDED_BYTES, MAX_RECORDED_MESSAGE_BYTES } from "../../../shared/protocol/wire.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { pointed, recordValue } from "../../home/results/record-value.ts";
import type { KeepMedia } from "../../home/results/take-media.ts";
import type { JsonObject } from "../rpc/message.ts";
import { type RpcId, shownId } from "../rpc/rpc-id.ts";
import type { EventRing } from "./event-ring.ts";
import { createRefusedCalls, type Refusal } from "./refused-calls.ts";

export interface CallStart {
  tool: string;
  /** Undefined only for a call that is refused, where nobody knows whose tool it names. */
  server: string | undefined;
  /** What the agent calls the call's progress, if it asked for any. */
  token: RpcId | undefined;
  args: unknown;
  /** Of a call that the agent made with a tool of its own. */
  agent?: ToolEvent["agent"];
}

/** As in JSON-RPC 2.0 §5.1; a code of our own is a word. */
export interface CallError {
  code?: number | string;
  message: string;
  /** Whatever the server says beside its message. */
  data?: unknown;
}

export type CallEnd = (
  | { kind: "finished"; result: JsonObject; message?: string }
  | { kind: "failed"; result?: JsonObject; error: CallError }
  /** `error`: that it was stopped, and by whom, where that was not its agent. */
  | { kind: "cancelled"; reason?: string; error?: CallError }
  /** It is kept and will be delivered later; what becomes of it is told with `later`. */
  | { kind: "queued"; reason: string }
) & {
  /** Where whoever ran it measured that better than we can. */
  durationMs?: number;
};

/** What became of a kept call. */
export type LaterEnd =
  | { kind: "delivered"; result: JsonObject }
  | { kind: "failed"; error: CallError }
  /** With a reason where it waits for a person. */
  | { kind: "queued"; reason?: string }
  | { kind: "discarded" };

export interface RecordedCall {
  /** No other call has it, of whichever session and run of the daemon. */
  readonly id: string;
  progress(values: { progress?: number; total?: number; message?: string }): void;
  /** Publishes the end; what comes after the first end is ignored. */
  end(how: CallEnd): void;
  /** Publishes that the agent does not wait for the end. */
  leave(how: { why: LeftWhy; afterMs: number; reason?: string }): void;
  /** Publishes that it waits again; nothing where it did not leave. */
  returned(): void;
  /** Publishes how a call ended that had been cancelled and went on. */
  late(how: CallEnd): void;
  /** Whether its agent does not wait any more. */
  readonly left: boolean;
}

export interface CallRecorder {
  start(call: CallStart): RecordedCall;
  /** A call that ended at once because it was refused, before any server saw it. */
  refuse(call: CallStart, why: Refusal): void;
  /** Tells what became of a call that was kept: JSON of a `laterEvent`. */
  later(event: string): void;
  /** Calls that have started and not ended. */
  readonly running: number;
}

export interface RecorderOptions {
  ring: EventRing;
  /** Position in the output of the session's terminal, in bytes. */
  offset: () => number;
  secrets: () => readonly string[];
  /** Keeps a large part of a result under a name; false when it could not. Without it none is kept. */
  keep?: (name: string, base64: string) => boolean;
  /** Milliseconds since 1970, for timestamps. */
  now?: () => number;
  /** Milliseconds that never jump, for durations. */
  clock?: () => number;
}

type CallFields = Pick<ToolEvent, "tool" | "server" | "call" | "token" | "agent">;
/** What stands in each event of a call, and its number in this epoch. */
interface RecordedFields {
  fields: CallFields;
  number: number;
}
type Values = Parameters<RecordedCall["progress"]>[0];

export function createCallRecorder(options: RecorderOptions): CallRecorder {
  const { ring, offset, secrets, keep, now = Date.now, clock = () => performance.now() } = options;
  let count = 0;
  let running = 0;
  const refused = createRefusedCalls(clock);
  const fieldsOf = (call: CallStart): RecordedFields => {
    count += 1;
    const fields = {
      tool: call.tool,
      ...(call.server !== undefined && { server: call.server }),
      // The stream's epoch is of this run alone: calls of a later one are others (docs/decisions/0048-names-of-calls.md).
      call: `c${count}-${ring.epoch}`,
      ...(call.token !== undefined && { token: shownId(call.token) }),
      ...(call.agent !== undefined && { agent: call.agent }),
    };
    return { fields, number: count };
  };
  const begun = (call: CallStart, at: number): Partial<ToolEvent> => {
    const { value, size, parts } = recordValue(call.args ?? {}, secrets());
    return {
      args: value,
      ...(size !== undefined && { cut: { args: size } }),
      ...within("/args", parts),
      offset: at,
    };
  };
  /** What an event says is laid out later, when it is written; when it happened is now. */
  const publish = (
    call: RecordedFields,
    kind: NonNullable<ToolEvent["kind"]>,
    more: () => Partial<ToolEvent>,
    { progress, total, message }: Values = {},
  ) => {
    const at = now();
    const write = (seq: number) => {
      const base = { ...cleanFields(call.fields, secrets()), kind, seq, timestamp: new Date(at).toISOString() };
      try {
        return JSON.stringify({ ...base, ...more() });
      } catch {
        // Arguments or a result nested so deeply that they cannot be written again: the call is told all the same.
        return JSON.stringify(base);
      }
    };
    ring.append(write, { kind, call: call.number, progress, total, hasMessage: message !== undefined, at });
  };

  const keeping = (id: string) => keepingAs(id, keep);

  return {
    get running() {
      return running;
    },
    later: (event) => ring.append((seq) => withNumber(event, seq)),
    refuse(call, why) {
      refused.add(why, () => {
        const fields = fieldsOf(call);
        const at = offset();
        const end = (message: string) =>
          publish(fields, "failed", () => ({
            ...endFields({ kind: "failed", error: { code: why.code, message } }, secrets()),
            duration_ms: 0,
          }));
        publish(fields, "started", () => begun(call, at));
        end(why.message);
        return end;
      });
    },
    start(call) {
      running += 1;
      const startedAt = clock();
      let ended = false;
      let left = false;
      let told = false;
      const publishEnd = (how: CallEnd) => {
        const duration = how.durationMs ?? Math.round((clock() - startedAt) * 10) / 10;
        publish(fields, how.kind, () => ({ ...endFields(how, secrets(), keeping(id)), duration_ms: duration }));
      };
      const fields = fieldsOf(call);
      const id = fields.fields.call ?? "";
      const at = offset();
      publish(fields, "started", () => begun(call, at));
      return {
        id,
        progress(values) {
          if (ended) return;
          const { message, ...numbers } = values;
          const more = () => ({ ...numbers, ...(message !== undefined && messageFields(message, secrets())) });
          publish(fields, "progress", more, values);
        },
        end(how) {
          if (ended) return;
          ended = true;
          running -= 1;
          publishEnd(how);
        },
        leave({ why, afterMs, reason }) {
          if (ended || left) return;
          left = true;
          publish(fields, "left", () => ({
            left: {
              why,
              after_ms: afterMs,
              ...(reason !== undefined && { reason: recordMessage(reason, secrets()).text }),
            },
          }));
        },
        returned() {
          if (ended || !left) return;
          left = false;
          publish(fields, "returned", () => ({}));
        },
        late(how) {
          if (!ended || told) return;
          told = true;
          publishEnd(how);
        },
        get left() {
          return left;
        },
      };
    },
  };
}

/** The event that says what became of a kept call, by its id; it has a place in no stream yet. `keep` as in RecorderOptions. */
export function laterEvent(
  call: { id: string; tool: string; server: string },
  how: LaterEnd,
  options: { secrets: readonly string[]; keep?: RecorderOptions["keep"]; now?: number },
): ToolEvent {
  const { secrets, keep, now = Date.now() } = options;
  const { id, tool, server } = call;
  const base = {
    ...cleanFields({ tool, server, call: id }, secrets),
    kind: how.kind,
    timestamp: new Date(now).toISOString(),
  };
  switch (how.kind) {
    case "delivered": {
      const event = {
        ...base,
        ...endFields({ kind: "finished", result: how.result }, secrets, keepingAs(`${id}-later`, keep)),
      };
      return isWritable(event) ? event : base;
    }
    case "failed":
      return { ...base, ...endFields({ kind: "failed", error: how.error }, secrets) };
    case "queued":
      return { ...base, ...(how.reason !== undefined && messageFields(how.reason, secrets)) };
    case "discarded":
      return base;
  }
}

/** The same JSON with its number. It is not read again: numbers in it stay as they were written. */
export const withNumber = (event: string, seq: number): string =>
  `{"seq":${seq},${event.replace(/^\{("seq":\d+,)?/, "")}`;

/** False for a result that is nested so deeply that it cannot be written as JSON. */
function isWritable(event: ToolEvent): boolean {
  try {
    return JSON.stringify(event) !== "";
  } catch {
    return false;
  }
}

/** Names what is kept of one call, by its number. */
function keepingAs(id: string, keep: RecorderOptions["keep"]): KeepMedia | undefined {
  let kept = 0;
  if (keep === undefined) return undefined;
  return (base64) => {
    kept += 1;
    const name = `${id}-${kept}`;
    return keep(name, base64) ? name : undefined;
  };
}

/** The agent chose the name of a tool that nobody has, and what it calls its progress. */
function cleanFields(call: CallFields, secrets: readonly string[]): CallFields {
  const { tool, server, token } = call;
  return {
    ...call,
    tool: redactText(tool, secrets),
    ...(server !== undefined && { server: redactText(server, secrets) }),
    ...(typeof token === "string" && { token: redactText(token, secrets) }),
  };
}

function endFields(how: CallEnd, secrets: readonly string[], keep?: KeepMedia): Partial<ToolEvent> {
  if (how.kind === "cancelled" && how.error !== undefined) return { error: recordError(how.error, secrets).value };
  if (how.kind === "cancelled" || how.kind === "queued") {
    return how.reason === undefined ? {} : messageFields(how.reason, secrets);
  }
  const recorded = how.result === undefined ? undefined : recordValue(how.result, secrets, MAX_RECORDED_BYTES, keep);
  const error = how.kind === "failed" ? recordError(how.error, secrets) : undefined;
  const message =
    how.kind === "finished" && how.message !== undefined ? recordMessage(how.message, secrets) : undefined;
  const parts = [...pointed("/result", recorded?.parts), ...(error?.parts ?? [])];
  return {
    ...(message !== undefined && { message: message.text }),
    ...(recorded !== undefined && { result: recorded.value }),
    ...(recorded?.size !== undefined && { cut: { result: recorded.size } }),
    ...(error !== undefined && { error: error.value }),
    ...(parts.length > 0 && { parts }),
  };
}

/** Message and data have the bound of a message each: errors stay in memory with their calls. */
function recordError({ code, message, data }: CallError, secrets: readonly string[]) {
  const { text, parts } = recordMessage(message, secrets);
  const beside = data == null ? undefined : recordValue(data, secrets, MAX_RECORDED_MESSAGE_BYTES);
  const value: CallError = {
    ...(code !== undefined && { code: typeof code === "string" ? redactText(code, secrets) : code }),
    message: text,
    ...(beside !== undefined && { data: beside.value }),
  };
  return { value, parts: [...pointed("/error/message", parts), ...pointed("/error/data", beside?.parts)] };
}

function messageFields(message: string, secrets: readonly string[]): Pick<ToolEvent, "message" | "parts"> {
  const { text, parts } = recordMessage(message, secrets);
  return { message: text, ...within("/message", parts) };
}

function recordMessage(
  message: string,
  secrets: readonly string[],
): { text: string; parts: RecordedPart[] | undefined } {
  const { value, parts } = recordValue(message, secrets, MAX_RECORDED_MESSAGE_BYTES);
  return { text: String(value), parts };
}

const within = (field: string, parts: readonly RecordedPart[] | undefined): Pick<ToolEvent, "parts"> =>
  parts === undefined ? {} : { parts: pointed(field, parts) };

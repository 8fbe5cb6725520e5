/** Owns the forms in which a session's history leaves Signalbox: each a stream of text, with secrets removed. */
import type { Call } from "../../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../../shared/events/fold.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { asciicast, type CastMarker } from "../../home/recording/asciicast.ts";
import { readRecording } from "../../home/recording/read-recording.ts";

export const EXPORT_FORMATS = ["jsonl", "cast", "trace", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One JSON object a line, an entry each. */
export async function* exportJsonl(
  entries: AsyncIterable<LogEntry>,
  secrets: readonly string[],
): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(redactValue(entry, secrets))}\n`;
}

/**
 * Chrome's trace event format (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU), as
 * Perfetto and about:tracing open it: a complete event for each call, in lanes in which calls do not overlap.
 */
export async function* exportTrace(
  entries: AsyncIterable<LogEntry>,
  secrets: readonly string[],
): AsyncGenerator<string> {
  const log = createCallLog();
  for await (const entry of entries) {
    applyEntry(log, entry);
  }
  yield '{"displayTimeUnit":"ms","traceEvents":[';
  let separator = "\n";
  for (const event of traceEvents([...log.calls.values()])) {
    yield separator + JSON.stringify(redactValue(event, secrets));
    separator = ",\n";
  }
  yield "\n]}\n";
}

interface TraceEvent {
  name: string;
  cat: string;
  ph: "X";
  /** Microseconds. */
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args: object;
}

/** A call whose end nobody told lasts until what was last heard of it. */
export function traceEvents(calls: readonly Call[]): TraceEvent[] {
  const lanes: number[] = [];
  return calls
    .map((call) => {
      const start = Date.parse(call.startedAt);
      const end = Date.parse(call.endedAt ?? call.updatedAt);
      return { call, start, length: call.durationMs ?? Math.max(0, end - start) };
    })
    .filter(({ start }) => !Number.isNaN(start))
    .sort((a, b) => a.start - b.start)
    .map(({ call, start, length }) => {
      const free = lanes.findIndex((until) => until <= start);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = start + length;
      const { state, message, error, args, result } = call;
      return {
        name: call.tool,
        cat: call.server ?? "tool",
        ph: "X",
        ts: start * 1000,
        dur: Math.round(length * 1000),
        pid: 1,
        tid: lane + 1,
        args: { state, message, error, arguments: args, result },
      };
    });
}

/** A terminal's recording as asciicast v3 with a marker where each call began. Undefined when nothing was recorded. */
export async function exportCast(
  recording: CastSource,
  entries: AsyncIterable<LogEntry>,
  secrets: readonly string[],
): Promise<AsyncGenerator<string> | undefined> {
  const markers: CastMarker[] = [];
  for await (const { event } of entries) {
    if (event.kind === "started" && event.offset !== undefined)
      markers.push({ offset: event.offset, label: event.tool });
  }
  const { folder, session, title, command } = recording;
  const lines = asciicast(readRecording(folder, session), markers, { title, command });
  const first = lines.next();
  if (first.done === true) return undefined;
  return redactedLines(first.value, lines, secrets);
}

export interface CastSource {
  /** Where all recordings are, and the daemon's id of the session. */
  folder: string;
  session: string;
  title: string;
  command: string;
}

async function* redactedLines(
  first: string,
  rest: Iterable<string>,
  secrets: readonly string[],
): AsyncGenerator<string> {
  yield redactText(first, secrets);
  for (const line of rest) yield redactText(line, secrets);
}

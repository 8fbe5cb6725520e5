/** The forms in which a session's history leaves Signalbox: each a stream of text, with secrets removed. */
import type { Call } from "../../../shared/events/call.ts";
import { callId } from "../../../shared/events/call-id.ts";
import { applyEntry, createCallLog, runAfter } from "../../../shared/events/fold.ts";
import { leftWords } from "../../../shared/events/left-words.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { visibleJson } from "../../../shared/text/visible.ts";
import { asciicast, type CastMarker } from "../../home/recording/asciicast.ts";
import { maskedSegments } from "../../home/recording/masked-segments.ts";
import { type RecordedSegment, readRecording } from "../../home/recording/read-recording.ts";
import { type ReadPart, restoreParts } from "./kept-parts.ts";

export const EXPORT_FORMATS = ["jsonl", "cast", "trace", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One JSON object a line, an entry each; beside an event of a named call, as `call`, its name in the history (call-id.ts). What was kept beside the events is in it again. */
export async function* exportJsonl(
  entries: AsyncIterable<LogEntry>,
  secrets: readonly string[],
  read?: ReadPart,
): AsyncGenerator<string> {
  let run = 0;
  for await (const entry of entries) {
    const { event } = entry;
    if (event.kind === "gap") run = runAfter(run, entry.seq, event);
    const named = event.kind === "gap" || event.call === undefined ? {} : { call: callId(run, event.call) };
    const { seq, at } = entry;
    const clean = Object(redactValue(event, secrets));
    if (read !== undefined && event.kind !== "gap") await restoreParts(clean, read);
    yield `${visibleJson(JSON.stringify({ seq, at, ...named, event: clean }))}\n`;
  }
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
    yield separator + visibleJson(JSON.stringify(redactValue(event, secrets)));
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
      const { id, state, message, error, args, result, parts } = call;
      const agent = leftWords(call);
      return {
        name: call.tool,
        cat: call.server ?? "tool",
        ph: "X",
        ts: start * 1000,
        dur: Math.round(length * 1000),
        pid: 1,
        tid: lane + 1,
        args: { call: id, state, agent, message, error, arguments: args, result, parts },
      };
    });
}

/**
 * A terminal's recording as asciicast v3 with a marker where each call began. That of a terminal that printed nothing is
 * empty. Undefined when what was printed is not there, or there is no terminal.
 */
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
  const { title, command } = recording;
  const printed = markers.some(({ offset }) => offset > 0);
  // Before it is cut into lines: what a program printed in two pieces stands in two of them.
  const segments = maskedSegments(recordedSegments(recording, printed), secrets);
  const lines = asciicast(segments, markers, { title, command });
  const first = lines.next();
  if (first.done === true) return undefined;
  return redactedLines(first.value, lines, secrets);
}

/** What is left of the recording, or the beginning of one in which nothing came. `printed`: something did. */
export function* recordedSegments(
  { folder, session, begin }: CastSource,
  printed: boolean,
): Generator<RecordedSegment> {
  let empty = true;
  for (const segment of readRecording(folder, session)) {
    empty = false;
    yield segment;
  }
  if (!empty || printed || begin === undefined) return;
  const { cols, rows, began_at } = begin;
  yield { header: { version: 1, offset: 0, ms: 0, began_at, cols, rows }, moments: [], read: () => Buffer.alloc(0) };
}

export interface CastSource {
  /** Where all recordings are, and the daemon's id of the session. */
  folder: string;
  session: string;
  title: string;
  command: string;
  /** What a recording begins with to which nothing has come: its terminal's first size, and when it was made, ISO 8601. */
  begin?: { cols: number; rows: number; began_at: string };
}

async function* redactedLines(
  first: string,
  rest: Iterable<string>,
  secrets: readonly string[],
): AsyncGenerator<string> {
  yield visibleJson(redactText(first, secrets));
  for (const line of rest) yield visibleJson(redactText(line, secrets));
}

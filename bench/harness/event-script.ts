/** The events that the scripted daemon sends: what they look like, how large they are, and how they are cut into chunks. */
import { codeOf, HAS, writeBatch } from "../../main/wire/event-batch.ts";
import { z } from "../../shared/protocol/schema.ts";

export const emitCommand = z.object({
  session: z.string(),
  /** Events in one pass, and passes over the same bytes. */
  count: z.number(),
  repeat: z.number().default(1),
  /** Bytes of JSON an event. */
  size: z.number().default(200),
  /** `large`: as many events as fit into 64 KB; `event`: each its own HTTP chunk. */
  chunks: z.enum(["large", "event"]).default("large"),
  /** Events a second, one by one on a schedule; as fast as they are read when absent. */
  rate: z.number().optional(),
  /** How many readers must have connected before the first event. */
  readers: z.number().default(1),
  /** Calls among which the events are spread. */
  calls: z.number().default(50),
  /** `progress`: what any daemon sends, without end; `calls`: each call started and finished, two events a call. */
  shape: z.enum(["progress", "calls"]).default("progress"),
});
export type EmitCommand = z.output<typeof emitCommand>;

const PIECE_BYTES = 64 * 1024;
const TIMESTAMP = "2026-04-17T10:20:33+00:00";

/** How events stand on the wire: as a foreign daemon sends them, and as ours does to anybody and to its gateways. */
export type Form = "foreign" | "own-sse" | "own-batches";
/** The epoch of every stream of the scripted daemon that stands for ours. */
export const EPOCH = "bench";

/** Progress of our own daemon, as its recorder writes it. */
function ownEvent(command: EmitCommand, index: number, message: string): string {
  const call = index % command.calls;
  const seq = index + 1;
  const event = {
    tool: `tool_${call % 8}`,
    server: "bench",
    call: `c${call + 1}-${EPOCH}`,
    kind: "progress",
    seq,
    timestamp: TIMESTAMP,
    progress: index,
    total: command.count * command.repeat,
  };
  const bare = JSON.stringify({ ...event, message });
  const padding = "x".repeat(Math.max(0, command.size - bare.length - 1));
  return padding === "" ? bare : JSON.stringify({ ...event, message: `${message} ${padding}` });
}

const markOf = (command: EmitCommand, index: number): number[] => {
  const fields = HAS.progress | HAS.total | HAS.message;
  const code = codeOf("progress", (index % command.calls) + 1, fields);
  return [code, index, command.count * command.repeat, Date.parse(TIMESTAMP)];
};

/** One event, or a batch of `events`, as it stands in the body of the answer. */
export function wireOf(command: EmitCommand, form: Form, index: number, events = 1, message = ""): Buffer {
  if (form === "foreign") return eventBlock(command, index, message);
  const all = Array.from({ length: events }, (_, i) => ownEvent(command, index + i, message));
  if (form === "own-sse")
    return Buffer.from(all.map((text, i) => `id: ${EPOCH}-${index + i + 1}\ndata: ${text}\n\n`).join(""));
  return writeBatch(
    index + 1,
    all,
    all.flatMap((_, i) => markOf(command, index + i)),
  );
}

/** One `data:` line and its blank line. Progress of a call only ever rises, so that every event belongs to a live call. */
export function eventBlock(command: EmitCommand, index: number, message = ""): Buffer {
  const event = command.shape === "calls" ? callEvent(index) : progressEvent(command, index);
  const bare = JSON.stringify({ ...event, message });
  const padding = "x".repeat(Math.max(0, command.size - bare.length - 1));
  const padded = padding === "" ? bare : JSON.stringify({ ...event, message: `${message} ${padding}` });
  return Buffer.from(`data: ${padded}\n\n`);
}

function progressEvent(command: EmitCommand, index: number): object {
  const token = index % command.calls;
  const total = command.count;
  return { token, progress: index, total, tool: `tool_${token % 8}`, timestamp: TIMESTAMP };
}

function callEvent(index: number): object {
  const call = index >> 1;
  const done = index % 2 === 1;
  const common = { call: `call-${call}`, tool: `tool_${call % 8}`, server: "bench", timestamp: TIMESTAMP };
  return done
    ? { ...common, kind: "finished", duration_ms: call % 977 }
    : { ...common, kind: "started", token: call, args: { path: `src/part-${call}/file-${(call * 7919) % 10_007}.ts` } };
}

/**
 * The events of one pass as they stand on the wire, HTTP's chunked framing included, in pieces that are cheap to write:
 * a daemon that is busy framing would be measured in place of its reader. It goes on answering in between: one that is
 * silent for half a second counts as lost.
 */
export async function wirePieces(command: EmitCommand, form: Form, pass = 0): Promise<Buffer[]> {
  if (form !== "foreign") return ownPieces(command, form, pass);
  const pieces: Buffer[] = [];
  let events: Buffer[] = [];
  let bytes = 0;
  for (let i = 0; i < command.count; i += 1) {
    const block = eventBlock(command, i);
    events.push(block);
    bytes += block.length;
    if (bytes < PIECE_BYTES && i < command.count - 1) continue;
    pieces.push(
      Buffer.concat(command.chunks === "event" ? events.flatMap(httpChunk) : httpChunk(Buffer.concat(events))),
    );
    events = [];
    bytes = 0;
    if (pieces.length % 16 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return pieces;
}

/** Numbers go on from pass to pass: ours never repeat. */
async function ownPieces(command: EmitCommand, form: Form, pass: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const together = Math.floor(PIECE_BYTES / command.size);
  for (let i = 0; i < command.count; i += together) {
    const events = Math.min(together, command.count - i);
    const first = pass * command.count + i;
    const chunks =
      command.chunks === "event"
        ? Array.from({ length: events }, (_, at) => wireOf(command, form, first + at))
        : [wireOf(command, form, first, events)];
    pieces.push(Buffer.concat(chunks.flatMap(httpChunk)));
    if (pieces.length % 16 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return pieces;
}

const httpChunk = (content: Buffer): Buffer[] => [
  Buffer.from(`${content.length.toString(16)}\r\n`),
  content,
  Buffer.from("\r\n"),
];

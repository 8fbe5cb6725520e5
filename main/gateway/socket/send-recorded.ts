/** Shows what was recorded of a terminal that is no more: its last lines, with a mark where each call began. */
import type { WebSocket } from "ws";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import type { TerminalServerFrame } from "../../../shared/protocol/terminal-frames.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { maskedSegments } from "../../home/recording/masked-segments.ts";
import { readRecording } from "../../home/recording/read-recording.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { SessionRecord } from "../sessions/session-record.ts";

/** As much as fills the scrollback of any usual program; read and sent at once. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Bytes in which the screen that a cut recording begins with is looked for. */
const LOOK_BACK = 4 * 1024 * 1024;
/** Nobody reads these reports any more, and with them a mouse could select nothing. */
const NO_MOUSE = "\u001b[?9;1000;1002;1003l";
const ALTERNATE = "\u001b[?1049h";
const NORMAL = "\u001b[?1049l";

export interface RecordedScreen {
  beganAt: string;
  cols: number;
  rows: number;
  /** Offset of the first byte. */
  from: number;
  bytes: Buffer;
  /** The bytes begin on the alternate screen. */
  alternate: boolean;
}

/** The end of a recording; undefined when there is none. */
export function lastScreen(folder: string, session: string, secrets: readonly string[]): RecordedScreen | undefined {
  let beganAt: string | undefined;
  let size = { cols: 80, rows: 24 };
  let from = 0;
  let bytes: Buffer = Buffer.alloc(0);
  for (const segment of maskedSegments(readRecording(folder, session), secrets)) {
    const { header, moments } = segment;
    beganAt = header.began_at;
    size = { cols: header.cols, rows: header.rows };
    let end = header.offset;
    for (const moment of moments) {
      end = Math.max(end, moment[2]);
      if (moment[0] === "resize") size = { cols: moment[3], rows: moment[4] };
    }
    // A daemon that was killed may have noted more than it had written: only the beginning of what is read is certain.
    const start = Math.max(header.offset, end - MAX_BYTES - LOOK_BACK);
    const more = segment.read(start, end);
    const follows = bytes.length > 0 && start === from + bytes.length;
    if (!follows) from = start;
    bytes = follows ? Buffer.concat([bytes, more]) : more;
  }
  if (beganAt === undefined) return undefined;
  const cut = bytes.length > MAX_BYTES ? Math.max(bytes.length - MAX_BYTES, bytes.indexOf(10, -MAX_BYTES) + 1) : 0;
  const before = bytes.subarray(0, cut);
  return {
    beganAt,
    ...size,
    from: from + cut,
    bytes: bytes.subarray(cut),
    alternate: before.lastIndexOf(ALTERNATE) > before.lastIndexOf(NORMAL),
  };
}

const begun = z.object({ offset: z.number(), startedAt: z.string() });

export interface RecordedContext {
  home: HomeFolder;
  journal: Pick<Journal, "calls">;
  /** Every value that must not be shown, those of a session's own environment included. */
  secrets: (session?: SessionRecord) => string[];
}

/** Resolves when all is sent. */
export async function sendRecorded(socket: WebSocket, record: SessionRecord, parts: RecordedContext): Promise<void> {
  const screen = lastScreen(parts.home.recordings, record.terminal_session ?? "", parts.secrets(record));
  if (screen === undefined || screen.bytes.length === 0) return;
  const { beganAt, cols, rows, from, bytes, alternate } = screen;
  const calls = (await parts.journal.calls(record.id)).flatMap((text) => {
    const call = parseJson(begun, text);
    return call.ok && Date.parse(call.value.startedAt) >= Date.parse(beganAt) ? [call.value.offset] : [];
  });
  const frame = (value: TerminalServerFrame) => socket.send(JSON.stringify(value));
  frame({ type: "recorded", cols, rows, began_at: beganAt });
  if (alternate) socket.send(Buffer.from(ALTERNATE), { binary: true });
  let at = 0;
  for (const offset of [...new Set(calls)].sort((a, b) => a - b)) {
    const to = offset - from;
    if (to < 0 || to > bytes.length) continue;
    if (to > at) socket.send(bytes.subarray(at, to), { binary: true });
    at = to;
    frame({ type: "mark", offset });
  }
  socket.send(Buffer.concat([bytes.subarray(at), Buffer.from(NO_MOUSE)]), { binary: true });
  const { state, code = null, signal = null } = record.terminal;
  if (state === "exited") frame({ type: "exit", code, signal });
}

/** The thread that keeps the screens of all terminals, apart from the thread that carries their bytes. */
import { parentPort } from "node:worker_threads";
import type { TerminalProgress } from "../../../../shared/protocol/daemon-api.ts";
import type { Notice, ScreenReport, ScreenRequest } from "./screen-messages.ts";
import { createScreenTwin, type ScreenTwin } from "./screen-twin.ts";

const port = parentPort;
if (port === null) throw new Error("screen-worker runs as a worker thread");

const twins = new Map<number, { twin: ScreenTwin; ring: Uint8Array }>();
const report = (message: ScreenReport) => port.postMessage(message);

port.on("message", (request: ScreenRequest) => {
  const { id } = request;
  if (request.type === "open") {
    const { cols, rows } = request;
    const onTitle = (title: string) => report({ type: "title", id, title });
    const hearing = { onNotice: noticesOf(id), onProgress: progressOf(id), onAnswer: answersOf(id) };
    const twin = createScreenTwin({ cols, rows, onTitle, ...hearing });
    twins.set(id, { twin, ring: new Uint8Array(request.memory) });
    return;
  }
  const entry = twins.get(id);
  if (entry === undefined) return;
  const { twin, ring } = entry;
  switch (request.type) {
    case "write": {
      const { at, length } = request;
      const first = ring.subarray(at, at + length);
      for (const bytes of [first, ring.subarray(0, length - first.length)]) {
        if (bytes.length > 0) twin.write(bytes, () => report({ type: "taken", id, bytes: bytes.length }));
      }
      return;
    }
    case "resize":
      return twin.resize(request.cols, request.rows);
    case "snapshot":
      return twin.snapshot((snapshot) => report({ type: "snapshot", id, request: request.request, ...snapshot }));
    case "text":
      return twin.text(request.lines, (read) => report({ type: "text", id, request: request.request, ...read }));
    case "mark":
      return twin.mark(request.offset);
    case "answers":
      return twin.answers(request.on);
    case "colours":
      return twin.colours(request.colours);
    case "close":
      twins.delete(id);
      return twin.close();
  }
});

/** A program that rings without end is reported once per turn of the event loop; what it says last counts. */
function noticesOf(id: number): (notice: Notice) => void {
  let last: Notice | undefined;
  return (notice) => {
    if (last === undefined) {
      setImmediate(() => {
        if (last !== undefined) report({ type: "notice", id, notice: last });
        last = undefined;
      });
    }
    // A bell says less than the words around it.
    if (notice.kind !== "bell" || last === undefined) last = notice;
  };
}

/** Answers of one turn of the event loop go together. A program that asks for more than this at once gets no more. */
const MAX_ANSWERS = 16 * 1024;

function answersOf(id: number): (text: string) => void {
  let all = "";
  return (text) => {
    if (all.length + text.length > MAX_ANSWERS) return;
    if (all === "") {
      setImmediate(() => {
        report({ type: "answer", id, text: all });
        all = "";
      });
    }
    all += text;
  };
}

/** So is one that counts: where it stands at the end of the turn. */
function progressOf(id: number): (progress: TerminalProgress | undefined) => void {
  let last: { progress: TerminalProgress | undefined } | undefined;
  return (progress) => {
    if (last === undefined) {
      setImmediate(() => {
        if (last !== undefined) report({ type: "progress", id, progress: last.progress });
        last = undefined;
      });
    }
    last = { progress };
  };
}

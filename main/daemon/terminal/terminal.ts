/** Owns one session's terminal: a program, its screen and its viewers. */
import type { WebSocket } from "ws";
import type { TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import type { TerminalServerFrame } from "../../../shared/protocol/terminal-frames.ts";
import { CLOSE, COMPAT_SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { createAttention } from "./attention.ts";
import { endProgram } from "./end-program.ts";
import type { Launch } from "./prepare-start.ts";
import { signalForeground, signalSession } from "./process-session.ts";
import { openPty, type PtyExit, type PtyProcess } from "./pty-process.ts";
import { isAutomaticReply, readCompatMessage, readMessage, type ViewerMessage } from "./read-viewer-message.ts";
import type { Recording } from "./recording.ts";
import { SCREEN_LAG_BYTES, type Screens } from "./screens.ts";
import { throttleChanges } from "./throttle-changes.ts";
import type { Viewer } from "./viewer.ts";
import { createViewers, type Size } from "./viewers.ts";

export interface TerminalOptions {
  launch: Launch;
  size: Size;
  screens: Screens;
  recording: Recording | undefined;
  onChange(): void;
  /** Milliseconds of a steady clock. */
  now(): number;
}

export interface Terminal {
  info(): TerminalInfo;
  offset(): number;
  /** Runs a program, the same by default, in the same terminal: its viewers stay. Throws when the system refuses. */
  restart(launch?: Launch, size?: Size): void;
  attach(socket: WebSocket, size: Size | undefined): void;
  end(): Promise<void>;
}

/** Keystrokes that a program may leave unread; a viewer that sends more is not read from. */
const MAX_INPUT_BYTES = 1024 * 1024;
/** Titles and bells may change without end; what changed is told this often. */
const CHANGE_INTERVAL_MS = 100;

/** What a program may have left behind in a terminal that the next one is given: alternate screen, modes, colours. */
const FRESH =
  "\u001b[?47l\u001b[!p\u001b[?1;66;9;1000;1002;1003;1004;1006;1016;2004;2026l\u001b[4l\u001b[?7h\u001b[0 q\u001b[0m\r\n";

/** Starts the program. Throws when the system refuses. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { now, recording } = options;
  let { launch } = options;
  let size = options.size;
  let title = "";
  let position = 0;
  let startedAt = new Date().toISOString();
  let endedAt: string | undefined;
  let exit: PtyExit | undefined;
  let owner: Viewer | undefined;
  let blocked = false;
  /** The screen is too far behind. */
  let lagging = false;
  const { changed, dispose: changesEnd } = throttleChanges(CHANGE_INTERVAL_MS, options.onChange);
  const attention = createAttention(now, changed);
  let ended: Promise<void> | undefined;
  let exited = Promise.withResolvers<void>();

  let pty: PtyProcess = open();
  const screen = options.screens.open(size.cols, size.rows, {
    onTitle(text) {
      title = text;
      changed();
    },
    onNotice(notice) {
      if (exit === undefined) attention.notice(notice);
    },
    onProgress: () => {
      if (lagging) regulate();
    },
  });
  const viewers = createViewers({
    now,
    snapshot: (then) => screen.snapshot(then),
    epilogue: () => (exit === undefined ? [] : [exitFrame(exit)]),
    onBlocked(yes) {
      blocked = yes;
      regulate();
    },
  });

  function open(): PtyProcess {
    return openPty({ ...launch, ...size, onData: receive, onExit: finish, onDrain: readAgain });
  }

  function receive(bytes: Buffer): void {
    position += bytes.length;
    recording?.output(bytes);
    screen.write(bytes);
    viewers.output(bytes);
    if (screen.backlog() > SCREEN_LAG_BYTES.unwatched) regulate();
  }

  function finish(status: PtyExit): void {
    exit = status;
    endedAt = new Date().toISOString();
    attention.clear();
    recording?.exit(status);
    readAgain();
    viewers.frame(exitFrame(status));
    exited.resolve();
    changed();
  }

  function regulate(): void {
    const limit = SCREEN_LAG_BYTES[viewers.watched() ? "watched" : "unwatched"];
    lagging = screen.backlog() > (lagging ? limit / 2 : limit);
    if (blocked || lagging) pty.pause();
    else pty.resume();
  }

  function readAgain(): void {
    for (const viewer of viewers.all) if (viewer.socket.isPaused) viewer.socket.resume();
  }

  /** `by`: the viewer that has this size already and need not be told. */
  function resize(to: Size | undefined, by: Viewer | undefined): void {
    if (to === undefined || (to.cols === size.cols && to.rows === size.rows)) return;
    size = { cols: to.cols, rows: to.rows };
    pty.resize(size.cols, size.rows);
    screen.resize(size.cols, size.rows);
    recording?.resize(size);
    viewers.frame({ type: "resized", ...size }, by);
    changed();
  }

  function input(viewer: Viewer, bytes: Buffer): void {
    if (exit !== undefined) return;
    const alone = viewers.all.size === 1;
    if (isAutomaticReply(bytes)) {
      // A question of the program has been asked in every viewer's terminal; it gets one answer.
      const [first] = viewers.all;
      if (!alone && viewer !== (owner ?? first)) return;
    } else {
      owner = viewer;
      resize(viewer.size, undefined);
      attention.typed();
    }
    pty.write(bytes);
    if (pty.queued > MAX_INPUT_BYTES) viewer.socket.pause();
  }

  function receiveMessage(viewer: Viewer, message: ViewerMessage): void {
    switch (message.type) {
      case "input":
        input(viewer, message.bytes);
        break;
      case "ack":
        viewers.acknowledge(viewer, message.bytes);
        break;
      case "resize":
        viewer.size = { cols: message.cols, rows: message.rows };
        if (viewer === owner || viewers.all.size === 1) resize(viewer.size, viewer);
        break;
      case "kill":
        if (exit !== undefined) break;
        if (message.signal === "SIGINT") signalForeground(pty.pid, "SIGINT");
        else signalSession(pty.pid, message.signal);
        break;
      case "invalid":
        viewer.frame({ type: "error", code: "bad-frame", message: message.reason });
    }
  }

  function detach(viewer: Viewer): void {
    viewers.remove(viewer);
    if (owner === viewer) owner = undefined;
    const [last] = viewers.all;
    if (viewers.all.size === 1) resize(last?.size, undefined);
  }

  async function close(): Promise<void> {
    // What is left of the output has no reader any more.
    pty.discard();
    await endProgram(pty.pid, exit !== undefined);
    await exited.promise;
    changesEnd();
    screen.close();
    await recording?.close();
    viewers.close(CLOSE.noSuchSession, "session ended");
  }

  return {
    info() {
      const reason = attention.reason();
      return {
        state: exit === undefined ? "running" : "exited",
        pid: pty.pid,
        ...size,
        title,
        started_at: startedAt,
        ...(endedAt === undefined ? {} : { ended_at: endedAt }),
        ...(exit === undefined ? {} : exit),
        attention: reason !== undefined,
        ...(reason === undefined ? {} : { attention_reason: reason }),
      };
    },
    offset: () => position,
    restart(again = launch, wanted = size) {
      launch = again;
      // Whoever looks on keeps the size.
      if (viewers.all.size === 0) resize(wanted, undefined);
      const next = open();
      pty = next;
      exit = undefined;
      endedAt = undefined;
      startedAt = new Date().toISOString();
      exited = Promise.withResolvers();
      recording?.start();
      viewers.frame({ type: "ready", ...size, title });
      receive(Buffer.from(FRESH));
      regulate();
      changed();
    },
    attach(socket, viewerSize) {
      const viewer = viewers.add(socket, viewerSize);
      const read = socket.protocol === COMPAT_SUBPROTOCOL ? readCompatMessage : readMessage;
      socket.on("message", (data, binary) => {
        // Always a Buffer under the default binaryType.
        if (Buffer.isBuffer(data)) receiveMessage(viewer, read(data, binary));
      });
      socket.on("close", () => detach(viewer));
      socket.on("error", () => socket.terminate());
      if (viewers.all.size === 1) resize(viewerSize, viewer);
      if (socket.protocol !== COMPAT_SUBPROTOCOL) {
        const ready: TerminalServerFrame = { type: "ready", ...size, title };
        socket.send(JSON.stringify(ready));
      }
      viewers.refresh(viewer);
    },
    end() {
      ended ??= close();
      return ended;
    },
  };
}

const exitFrame = (exit: PtyExit): TerminalServerFrame => ({ type: "exit", code: exit.code, signal: exit.signal });

/** One session's terminal: a program, its screen and its viewers. */
import type { WebSocket } from "ws";
import { STATE_ANSWER } from "../../../shared/protocol/agent-words.ts";
import type { TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import type { Result } from "../../../shared/protocol/fault.ts";
import type { ScreenText, TypeRequest } from "../../../shared/protocol/script-api.ts";
import type { TerminalColours } from "../../../shared/protocol/terminal-colours.ts";
import type { TerminalServerFrame } from "../../../shared/protocol/terminal-frames.ts";
import { CLOSE, COMPAT_SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import type { Launch } from "./pty/prepare-start.ts";
import type { OpenPty, Pty, PtyExit } from "./pty/pty.ts";
import type { Recording } from "./recording.ts";
import { SCREEN_LAG_BYTES, type Screens } from "./screen/screens.ts";
import { createProgramSigns } from "./signs/program-signs.ts";
import { createStateQuestions } from "./signs/state-questions.ts";
import { throttleChanges } from "./throttle-changes.ts";
import { createTypist } from "./typist.ts";
import { createSeats } from "./viewers/seats.ts";
import type { Viewer } from "./viewers/viewer.ts";
import { createViewers, type Size } from "./viewers/viewers.ts";

export interface TerminalOptions {
  launch: Launch;
  size: Size;
  screens: Screens;
  openPty: OpenPty;
  recording: Recording | undefined;
  onChange(): void;
  /** A viewer has told the colours that its person sees. */
  onColours(colours: TerminalColours): void;
  /** Milliseconds of a steady clock. */
  now(): number;
}

export interface Terminal {
  info(): TerminalInfo;
  offset(): number;
  /** A call begins: gives its place in the output, in bytes, and keeps its line. */
  mark(): number;
  /** Runs a program, the same by default, in the same terminal: its viewers stay. Throws when the system refuses. */
  restart(launch?: Launch, size?: Size): void;
  /** `answers`: the viewer may type. */
  attach(socket: WebSocket, size: Size | undefined, answers: boolean): void;
  /** Ends the program and keeps its screen: SIGTERM, and SIGKILL to one that still runs after 3 s. Gives what ended it; null when it had ended. */
  stop(): Promise<"SIGTERM" | "SIGKILL" | null>;
  /** What it shows, as text; of the last `lines` lines, or of the screen. Undefined where no screen can be kept. */
  read(lines?: number): Promise<ScreenText | undefined>;
  /** Types for a person. Faults: `terminal-ended`, `terminal-busy`. */
  type(request: TypeRequest): Promise<Result<void>>;
  /** `graceMs`: as for the program; a second call can only shorten it. */
  end(graceMs?: number): Promise<void>;
}

const STOP_GRACE_MS = 3_000;
/** Bytes of input that a program may leave unread and still get answers. */
const MAX_UNREAD_ANSWERS = 4 * 1024;
/** Titles and bells may change without end; what changed is sent this often. */
const CHANGE_INTERVAL_MS = 100;

/** What a program may have left behind in a terminal that the next one is given: alternate screen, modes, colours. */
const FRESH =
  "\u001b[?47l\u001b[!p\u001b[?1;66;9;1000;1002;1003;1004;1006;1016;2004;2026l\u001b[4l\u001b[?7h\u001b[0 q\u001b[0m\r\n";

/** Starts the program. Throws when the system refuses. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { now, recording } = options;
  let { launch } = options;
  let size = options.size;
  let position = 0;
  let marked: number | undefined;
  let startedAt = new Date().toISOString();
  let endedAt: string | undefined;
  let exit: PtyExit | undefined;
  let blocked = false;
  /** The screen is too far behind. */
  let lagging = false;
  const changes = throttleChanges(CHANGE_INTERVAL_MS, options.onChange);
  const signs = createProgramSigns(now, changes.changed);
  const hearQuestions = createStateQuestions();
  let ended: Promise<void> | undefined;
  let exited = Promise.withResolvers<void>();

  let pty: Pty = open();
  const screen = options.screens.open(size.cols, size.rows, {
    onTitle: signs.retitle,
    onNotice: signs.notice,
    onProgress: signs.progress,
    onAnswer: answer,
    onCaughtUp: () => {
      if (lagging) regulate();
    },
  });
  const viewers = createViewers({
    now,
    beganAt: startedAt,
    snapshot: (then) => screen.snapshot(then),
    epilogue: () => (exit === undefined ? [] : [exitFrame(exit)]),
    onBlocked(yes) {
      blocked = yes;
      regulate();
    },
    onAnswered: (answered) => screen.answers(!answered),
  });
  const seats = createSeats({
    viewers,
    program: () => (exit === undefined ? pty : undefined),
    resize,
    colours: options.onColours,
    typed: signs.typed,
    heard: signs.heard,
  });

  const typist = createTypist({
    program: () => (exit === undefined ? pty : undefined),
    pastes: async () => (await screen.text(1))?.pastes === true,
    typed: signs.typed,
  });

  function open(): Pty {
    return options.openPty({ ...launch, ...size, onData: receive, onExit: finish, onDrain: () => seats.readAgain() });
  }

  function answer(text: string): void {
    if (exit === undefined && pty.queued < MAX_UNREAD_ANSWERS) pty.write(Buffer.from(text));
  }

  function receive(bytes: Buffer): void {
    position += bytes.length;
    signs.printed();
    // By the daemon alone, whoever looks on: a viewer's terminal may know nothing of it, or answer as well.
    for (let count = hearQuestions(bytes); count > 0; count -= 1) answer(STATE_ANSWER);
    recording?.output(bytes);
    screen.write(bytes);
    viewers.output(bytes);
    if (screen.backlog() > SCREEN_LAG_BYTES.unwatched) regulate();
  }

  function finish(status: PtyExit): void {
    exit = status;
    endedAt = new Date().toISOString();
    signs.ended();
    recording?.exit(status);
    seats.readAgain();
    viewers.frame(exitFrame(status));
    exited.resolve();
    changes.now();
  }

  function regulate(): void {
    const limit = SCREEN_LAG_BYTES[viewers.watched() ? "watched" : "unwatched"];
    lagging = screen.backlog() > (lagging ? limit / 2 : limit);
    if (blocked || lagging) pty.pause();
    else pty.resume();
  }

  /** `by`: the viewer that has this size already and need not be told. */
  function resize(to: Size | undefined, by: Viewer | undefined): void {
    if (to === undefined || (to.cols === size.cols && to.rows === size.rows)) return;
    size = { cols: to.cols, rows: to.rows };
    pty.resize(size.cols, size.rows);
    screen.resize(size.cols, size.rows);
    recording?.resize(size);
    viewers.frame({ type: "resized", ...size }, by);
    changes.changed();
  }

  async function close(graceMs: number | undefined): Promise<void> {
    // What is left of the output has no reader any more.
    pty.discard();
    await pty.end(graceMs);
    await exited.promise;
    changes.dispose();
    screen.close();
    await recording?.close();
    viewers.close(CLOSE.noSuchSession, "session ended");
  }

  return {
    info: () => ({
      state: exit === undefined ? "running" : "exited",
      pid: pty.pid,
      ...size,
      started_at: startedAt,
      ...(endedAt === undefined ? {} : { ended_at: endedAt }),
      ...(exit === undefined ? {} : exit),
      ...signs.info(),
    }),
    offset: () => position,
    mark() {
      // A second call at the same place begins in the same line.
      if (position !== marked) {
        marked = position;
        screen.mark(position);
        viewers.frame({ type: "mark", offset: position });
      }
      return position;
    },
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
      signs.began();
      recording?.start();
      viewers.frame({ type: "ready", ...size, title: signs.title() });
      receive(Buffer.from(FRESH));
      regulate();
      changes.changed();
    },
    attach(socket, viewerSize, answers) {
      const viewer = viewers.add(socket, viewerSize, answers);
      seats.seat(viewer);
      if (socket.protocol !== COMPAT_SUBPROTOCOL) {
        const ready: TerminalServerFrame = { type: "ready", ...size, title: signs.title() };
        socket.send(JSON.stringify(ready));
      }
      viewers.refresh(viewer);
    },
    async stop() {
      if (exit !== undefined) return null;
      const program = pty;
      program.signal("SIGTERM");
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, STOP_GRACE_MS);
      await Promise.race([exited.promise, grace.promise]);
      clearTimeout(timer);
      if (exit !== undefined || pty !== program) return "SIGTERM";
      program.signal("SIGKILL");
      await exited.promise;
      return "SIGKILL";
    },
    async read(lines) {
      const at = position;
      const shown = await screen.text(lines);
      return shown && { text: shown.text, ...size, offset: at };
    },
    type: typist.type,
    end(graceMs) {
      if (ended !== undefined && graceMs !== undefined) void pty.end(graceMs);
      ended ??= close(graceMs);
      return ended;
    },
  };
}

const exitFrame = (exit: PtyExit): TerminalServerFrame => ({ type: "exit", code: exit.code, signal: exit.signal });

/** The viewers of one terminal: who sees what, whose backlog stops the program, and whose size it has. */
import type { WebSocket } from "ws";
import type { TerminalServerFrame } from "../../../../shared/protocol/terminal-frames.ts";
import type { Snapshot } from "../screen/screen-messages.ts";
import { untilDropped, updateBacklog, updateHolding } from "./flow.ts";
import { createViewer, type Viewer } from "./viewer.ts";

export interface Size {
  cols: number;
  rows: number;
}

export interface ViewersOptions {
  /** Milliseconds of a steady clock. */
  now(): number;
  /** When the terminal began to print, ISO 8601. */
  beganAt: string;
  /** Asks for the screen as it is after all output so far. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  /** Frames that belong behind a snapshot asked for now: the exit of a program that has ended. */
  epilogue(): TerminalServerFrame[];
  /** Whether the viewers want the program's output to wait. */
  onBlocked(blocked: boolean): void;
  /** Whether a viewer gets what comes from now on and answers what the program asks in it. */
  onAnswered(answered: boolean): void;
}

export interface Viewers {
  readonly all: ReadonlySet<Viewer>;
  /** Whether anybody gets the output as it comes. */
  watched(): boolean;
  /** `answers`: it may type. */
  add(socket: WebSocket, size: Size | undefined, answers: boolean): Viewer;
  remove(viewer: Viewer): void;
  /** Keeps what it is given for as long as a viewer needs it. */
  output(bytes: Buffer): void;
  frame(frame: TerminalServerFrame, except?: Viewer): void;
  acknowledge(viewer: Viewer, bytes: number): void;
  /** Asks for the first snapshot of a viewer, or for another. */
  refresh(viewer: Viewer): void;
  close(code: number, reason: string): void;
}

export function createViewers(options: ViewersOptions): Viewers {
  const all = new Set<Viewer>();
  let timer: NodeJS.Timeout | undefined;

  const noteAnswers = () =>
    options.onAnswered([...all].some((viewer) => viewer.answers && viewer.mode() !== "dropped"));

  function refresh(viewer: Viewer): void {
    viewer.await();
    // At the same place among the output as the snapshot: what comes before is answered without it, what follows by it.
    noteAnswers();
    const epilogue = options.epilogue();
    options.snapshot((snapshot) => {
      if (!all.has(viewer)) return;
      viewer.show(snapshot, options.beganAt);
      for (const frame of epilogue) viewer.frame(frame);
      regulate();
    });
  }

  /** Called whenever a backlog may have changed: decides who is dropped, who gets a snapshot, and whether the program waits. */
  function regulate(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = options.now();
    let free = false;
    for (const viewer of all) {
      updateBacklog(viewer.flow, viewer.backlog(), now);
      if (viewer.mode() === "live" && !viewer.flow.blocked) free = true;
    }
    let blocked = false;
    let wake = Number.POSITIVE_INFINITY;
    for (const viewer of all) {
      const { flow } = viewer;
      const live = viewer.mode() === "live";
      updateHolding(flow, live && flow.blocked && free, now);
      if (viewer.mode() === "dropped" && viewer.ready()) refresh(viewer);
      if (!flow.blocked) continue;
      // Who waits for a snapshot is not to blame for the time that it takes.
      const left = live ? untilDropped(flow, now) : Number.POSITIVE_INFINITY;
      if (left <= 0) {
        viewer.drop();
        noteAnswers();
        updateBacklog(flow, 0, now);
      } else {
        blocked = true;
        wake = Math.min(wake, left);
      }
    }
    if (wake < Number.POSITIVE_INFINITY) timer = setTimeout(regulate, Math.ceil(wake));
    options.onBlocked(blocked);
  }

  return {
    all,
    watched: () => [...all].some((viewer) => viewer.mode() === "live"),
    add(socket, size, answers) {
      const viewer = createViewer(socket, answers, options.now(), regulate);
      viewer.size = size;
      all.add(viewer);
      return viewer;
    },
    remove(viewer) {
      if (!all.delete(viewer)) return;
      noteAnswers();
      regulate();
    },
    output(bytes) {
      if (all.size === 0) return;
      for (const viewer of all) viewer.output(bytes);
      regulate();
    },
    frame(frame, except) {
      for (const viewer of all) if (viewer !== except) viewer.frame(frame);
    },
    acknowledge(viewer, bytes) {
      viewer.acknowledge(bytes);
      regulate();
    },
    refresh,
    close(code, reason) {
      clearTimeout(timer);
      for (const viewer of all) viewer.socket.close(code, reason);
      all.clear();
    },
  };
}

/** Owns what viewers of a terminal do to it: whose keys reach the program, whose answers, and whose size it has. */
import type { WebSocket } from "ws";
import type { TerminalColours } from "../../../shared/protocol/terminal-colours.ts";
import { COMPAT_SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { signalForeground, signalSession } from "./process-session.ts";
import type { PtyProcess } from "./pty-process.ts";
import { isAutomaticReply, readCompatMessage, readMessage, type ViewerMessage } from "./read-viewer-message.ts";
import type { Viewer } from "./viewer.ts";
import type { Size, Viewers } from "./viewers.ts";

export interface SeatsOptions {
  viewers: Viewers;
  /** The running program; undefined when it has ended. */
  program(): PtyProcess | undefined;
  /** `by`: the viewer that has this size already and need not be told. */
  resize(to: Size | undefined, by: Viewer | undefined): void;
  colours(colours: TerminalColours): void;
  /** A person has typed. */
  typed(bytes: Uint8Array): void;
}

export interface Seats {
  /** Reads what the viewer sends, until its socket closes. */
  seat(viewer: Viewer): void;
  /** The program has taken what was typed. */
  readAgain(): void;
}

/** Keystrokes that a program may leave unread; a viewer that sends more is not read from. */
const MAX_INPUT_BYTES = 1024 * 1024;

export function createSeats({ viewers, program, resize, colours, typed }: SeatsOptions): Seats {
  /** The one that typed last. */
  let owner: Viewer | undefined;

  function input(viewer: Viewer, bytes: Buffer): void {
    const pty = program();
    if (pty === undefined) return;
    const alone = viewers.all.size === 1;
    if (isAutomaticReply(bytes)) {
      // A question of the program has been asked in every viewer's terminal; it gets one answer.
      const first = [...viewers.all].find(({ answers }) => answers);
      if (!alone && viewer !== (owner ?? first)) return;
    } else {
      owner = viewer;
      resize(viewer.size, undefined);
      typed(bytes);
    }
    pty.write(bytes);
    if (pty.queued > MAX_INPUT_BYTES) viewer.socket.pause();
  }

  function receive(viewer: Viewer, message: ViewerMessage): void {
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
      case "colours":
        colours(message.colours);
        break;
      case "kill": {
        const pty = program();
        if (pty === undefined) break;
        if (message.signal === "SIGINT") signalForeground(pty.pid, "SIGINT");
        else signalSession(pty.pid, message.signal);
        break;
      }
      case "invalid":
        viewer.frame({ type: "error", code: "bad-frame", message: message.reason });
    }
  }

  function leave(viewer: Viewer): void {
    viewers.remove(viewer);
    if (owner === viewer) owner = undefined;
    const [last] = viewers.all;
    if (viewers.all.size === 1) resize(last?.size, undefined);
  }

  return {
    seat(viewer) {
      const socket: WebSocket = viewer.socket;
      const read = socket.protocol === COMPAT_SUBPROTOCOL ? readCompatMessage : readMessage;
      socket.on("message", (data, binary) => {
        // Always a Buffer under the default binaryType.
        if (Buffer.isBuffer(data)) receive(viewer, read(data, binary));
      });
      socket.on("close", () => leave(viewer));
      socket.on("error", () => socket.terminate());
      if (viewers.all.size === 1) resize(viewer.size, viewer);
    },
    readAgain() {
      for (const viewer of viewers.all) if (viewer.socket.isPaused) viewer.socket.resume();
    },
  };
}

/** Decides what viewers of a terminal do to it: whose keys reach the program, whose answers, and whose size it has. */
import type { WebSocket } from "ws";
import type { TerminalColours } from "../../../../shared/protocol/terminal-colours.ts";
import { COMPAT_SUBPROTOCOL } from "../../../../shared/protocol/wire.ts";
import { readInput } from "../../../../shared/terminal/read-input.ts";
import type { Pty } from "../pty/pty.ts";
import { readCompatMessage, readMessage, type ViewerMessage, withoutStateAnswers } from "./read-viewer-message.ts";
import type { Viewer } from "./viewer.ts";
import type { Size, Viewers } from "./viewers.ts";

export interface SeatsOptions {
  viewers: Viewers;
  /** The running program; undefined when it has ended. */
  program(): Pty | undefined;
  /** `by`: the viewer that has this size already and need not be told. */
  resize(to: Size | undefined, by: Viewer | undefined): void;
  colours(colours: TerminalColours): void;
  /** A person has typed, pasted or clicked. */
  typed(bytes: Uint8Array): void;
  /** A person who looks at the terminal has heard its bell. */
  heard(): void;
}

export interface Seats {
  /** Reads what the viewer sends, until its socket closes. */
  seat(viewer: Viewer): void;
  /** The program has taken what was typed. */
  readAgain(): void;
}

const ESC = 0x1b;

/** What one viewer's input depends on besides its own bytes. */
interface Hand {
  /** What its terminal sends next comes from the wheel. */
  scrolls: boolean;
  /** The beginning of a sequence whose end has not come. */
  rest: string;
}

/** Keystrokes that a program may leave unread; a viewer that sends more is not read from. */
const MAX_INPUT_BYTES = 1024 * 1024;

export function createSeats({ viewers, program, resize, colours, typed, heard }: SeatsOptions): Seats {
  /** The one that typed last. */
  let owner: Viewer | undefined;

  function input(viewer: Viewer, from: Hand, bytes: Buffer): void {
    const pty = program();
    const scrolls = from.scrolls;
    from.scrolls = false;
    if (pty === undefined) return;
    // Most keys, and large pastes, hold no sequence at all.
    if (from.rest === "" && !bytes.includes(ESC)) {
      if (bytes.length > 0) pass(viewer, pty, bytes, !scrolls);
      return;
    }
    const whole = withoutStateAnswers(Buffer.concat([Buffer.from(from.rest, "latin1"), bytes]));
    const { parts, rest } = readInput(whole.toString("latin1"));
    from.rest = rest;
    const typing = !scrolls && parts.some(({ kind }) => kind === "typing");
    // A question of the program has been asked in every viewer's terminal; it gets one answer.
    const first = [...viewers.all].find(({ answers }) => answers);
    const answers = typing || viewers.all.size === 1 || viewer === (owner ?? first);
    const passing = parts.filter(({ kind }) => answers || kind !== "answer").map(({ text }) => text);
    if (passing.length > 0) pass(viewer, pty, Buffer.from(passing.join(""), "latin1"), typing);
  }

  function pass(viewer: Viewer, pty: Pty, bytes: Buffer, typing: boolean): void {
    if (typing) {
      owner = viewer;
      resize(viewer.size, undefined);
      typed(bytes);
    }
    pty.write(bytes);
    if (pty.queued > MAX_INPUT_BYTES) viewer.socket.pause();
  }

  function receive(viewer: Viewer, from: Hand, message: ViewerMessage): void {
    switch (message.type) {
      case "input":
        input(viewer, from, message.bytes);
        break;
      case "wheel":
        from.scrolls = true;
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
      case "heard":
        heard();
        break;
      case "kill":
        program()?.signal(message.signal);
        break;
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
      const from: Hand = { scrolls: false, rest: "" };
      socket.on("message", (data, binary) => {
        // Always a Buffer under the default binaryType.
        if (Buffer.isBuffer(data)) receive(viewer, from, read(data, binary));
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

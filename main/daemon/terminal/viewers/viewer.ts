/** One viewer of a terminal: its socket, how far behind it is, and what it is sent. */
import { StringDecoder } from "node:string_decoder";
import type { WebSocket } from "ws";
import type { TerminalServerFrame } from "../../../../shared/protocol/terminal-frames.ts";
import { COMPAT_SUBPROTOCOL, TERMINAL_LOW_WATER_BYTES } from "../../../../shared/protocol/wire.ts";
import type { Snapshot } from "../screen/screen-messages.ts";
import { type Flow, newFlow } from "./flow.ts";

/** Empties another terminal (RIS): what precedes a snapshot for a viewer that knows no frames. */
const RESET = "\u001bc";

/**
 * `live`: gets output as it comes. `waiting`: a snapshot is on its way, what came since is held.
 * `dropped`: it was too slow; its backlog is forgotten, and it gets a snapshot once it has dealt with what it was sent.
 */
type Mode = "live" | "waiting" | "dropped";

export interface Viewer {
  readonly socket: WebSocket;
  readonly flow: Flow;
  /** It answers what the program asks; a device that may only watch cannot. */
  readonly answers: boolean;
  /** Its own size, where it told one. */
  size: { cols: number; rows: number } | undefined;
  mode(): Mode;
  /** Bytes that it has not dealt with; what the watermarks are compared with. */
  backlog(): number;
  /** Whether it has dealt with nearly all that it was sent. */
  ready(): boolean;
  output(bytes: Buffer): void;
  /** A frame at its place among the output. */
  frame(frame: TerminalServerFrame): void;
  acknowledge(bytes: number): void;
  /** What comes from now on is held until `show`. */
  await(): void;
  /** `beganAt`: when the terminal began to print, ISO 8601. */
  show(snapshot: Snapshot, beganAt: string): void;
  drop(): void;
}

/** `onSent` is called when a large message has left for the system. */
export function createViewer(socket: WebSocket, answers: boolean, now: number, onSent: () => void): Viewer {
  const compat = socket.protocol === COMPAT_SUBPROTOCOL;
  const decoder = new StringDecoder("utf8");
  let mode: Mode = "waiting";
  let unacknowledged = 0;
  let held: (Buffer | TerminalServerFrame)[] = [];
  let heldBytes = 0;

  function sendBytes(bytes: Buffer): void {
    if (!compat) {
      unacknowledged += bytes.length;
      socket.send(bytes, { binary: true });
      return;
    }
    const text = decoder.write(bytes);
    if (text !== "") socket.send(text, onSent);
  }

  function sendFrame(frame: TerminalServerFrame, sent?: () => void): void {
    if (!compat) socket.send(JSON.stringify(frame), sent);
    else if (frame.type === "snapshot") socket.send(RESET + frame.data, sent);
  }

  function forget(): void {
    held = [];
    heldBytes = 0;
  }

  return {
    socket,
    answers,
    flow: newFlow(now),
    size: undefined,
    mode: () => mode,
    backlog() {
      if (mode === "dropped") return 0;
      return mode === "waiting" ? heldBytes : Math.max(unacknowledged, socket.bufferedAmount);
    },
    ready: () => Math.max(unacknowledged, socket.bufferedAmount) < TERMINAL_LOW_WATER_BYTES,
    output(bytes) {
      if (mode === "live") sendBytes(bytes);
      else if (mode === "waiting") {
        held.push(bytes);
        heldBytes += bytes.length;
      }
    },
    frame(frame) {
      if (mode === "live") sendFrame(frame);
      else if (mode === "waiting") held.push(frame);
    },
    acknowledge(bytes) {
      unacknowledged = Math.max(0, unacknowledged - bytes);
    },
    await() {
      mode = "waiting";
      forget();
    },
    show({ data, tail, cols, rows, marks, prompts }, beganAt) {
      sendFrame({ type: "snapshot", data, cols, rows, began_at: beganAt, marks, prompts }, onSent);
      decoder.end();
      mode = "live";
      const since = held;
      forget();
      if (tail.length > 0) sendBytes(Buffer.from(tail));
      for (const item of since) {
        if (Buffer.isBuffer(item)) sendBytes(item);
        else sendFrame(item);
      }
    },
    drop() {
      mode = "dropped";
      forget();
    },
  };
}

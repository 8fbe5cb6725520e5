/** Owns the messages between the daemon's thread and the thread that keeps the screens. */

import type { AgentWord } from "../../../shared/protocol/agent-words.ts";
import type { TerminalProgress } from "../../../shared/protocol/daemon-api.ts";
import type { TerminalColours } from "../../../shared/protocol/terminal-colours.ts";

/** To the screens, handled in order for each terminal. */
export type ScreenRequest =
  | { type: "open"; id: number; memory: SharedArrayBuffer; cols: number; rows: number }
  /** Bytes in the ring, from `at` on and from its beginning after its end. */
  | { type: "write"; id: number; at: number; length: number }
  | { type: "resize"; id: number; cols: number; rows: number }
  | { type: "snapshot"; id: number; request: number }
  /** Whether to answer what the program asks from here on. */
  | { type: "answers"; id: number; on: boolean }
  | { type: "colours"; id: number; colours: TerminalColours }
  | { type: "close"; id: number };

export interface Snapshot {
  /** Screen, scrollback and modes as escape sequences for an emptied terminal of this size. */
  data: string;
  /** The beginning of a sequence or character that is not complete yet: to be written after `data`, before what follows. */
  tail: Uint8Array;
  cols: number;
  rows: number;
}

/** What a program said about needing a person. `working` and `idle` take back what was said before. */
export type Notice =
  | { kind: "bell" }
  /** With the program's own text, made safe to show; may be empty. */
  | { kind: "notification"; text: string }
  | { kind: AgentWord };

/** From the screens. */
export type ScreenReport =
  /** So many bytes of the ring may be written again. */
  | { type: "taken"; id: number; bytes: number }
  | ({ type: "snapshot"; id: number; request: number } & Snapshot)
  /** To be typed into the program. */
  | { type: "answer"; id: number; text: string }
  | { type: "title"; id: number; title: string }
  | { type: "notice"; id: number; notice: Notice }
  | { type: "progress"; id: number; progress: TerminalProgress | undefined };

/** The messages between the daemon's thread and the thread that keeps the screens. */

import type { AgentWord } from "../../../../shared/protocol/agent-words.ts";
import type { TerminalProgress } from "../../../../shared/protocol/daemon-api.ts";
import type { TerminalColours } from "../../../../shared/protocol/terminal-colours.ts";

/** To the screens, handled in order for each terminal. */
export type ScreenRequest =
  | { type: "open"; id: number; memory: SharedArrayBuffer; cols: number; rows: number }
  /** Bytes in the ring, from `at` on and from its beginning after its end. */
  | { type: "write"; id: number; at: number; length: number }
  | { type: "resize"; id: number; cols: number; rows: number }
  | { type: "snapshot"; id: number; request: number }
  /** Its text; of the rows on the screen where no number of lines is given. */
  | { type: "text"; id: number; request: number; lines?: number | undefined }
  /** A call begins here: the line is to be found again by its offset. */
  | { type: "mark"; id: number; offset: number }
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
  /** Of the calls whose line is still there: their offset, and their line counted from the last one, which is 1. */
  marks: [offset: number, fromEnd: number][];
  /** Lines in which a shell said that it prompts (OSC 133), counted likewise, the oldest first. */
  prompts: number[];
}

export interface ReadText {
  text: string;
  /** The program wants to be told where pasted text begins and ends. */
  pastes: boolean;
}

/** What a program said about needing a person. `working` and `idle` take back what was said before. */
export type Notice =
  | { kind: "bell" }
  /** With the program's own text, made safe to show; may be empty. */
  | { kind: "notification"; text: string }
  /**
   * `begins`: with a turn of its own, whatever it said last. `starts`: perhaps without any turn, as the first word of a program. `text`:
   * why, in the agent's own words, made safe to show.
   */
  | { kind: AgentWord; begins?: true; starts?: true; text?: string };

/** From the screens. */
export type ScreenReport =
  /** So many bytes of the ring may be written again. */
  | { type: "taken"; id: number; bytes: number }
  | ({ type: "snapshot"; id: number; request: number } & Snapshot)
  | ({ type: "text"; id: number; request: number } & ReadText)
  /** To be typed into the program. */
  | { type: "answer"; id: number; text: string }
  | { type: "title"; id: number; title: string }
  | { type: "notice"; id: number; notice: Notice }
  | { type: "progress"; id: number; progress: TerminalProgress | undefined };

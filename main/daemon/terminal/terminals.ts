/** The contract between the daemon's composition root and its terminals. */
import type { WebSocket } from "ws";
import type { StartTerminalRequest, StoppedTerminal, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import type { Result } from "../../../shared/protocol/fault.ts";
import type { ScreenText, TypeRequest } from "../../../shared/protocol/script-api.ts";

export interface AttachOptions {
  /** The viewer's own size; the program keeps its size when absent. */
  cols?: number;
  rows?: number;
  /** It may not type, and so cannot answer what the program asks. */
  watches?: boolean;
}

/** The PTYs of all sessions, at most one each. */
export interface Terminals {
  /** Resolves once it is known what programs inherit; within seconds, whatever the person's login shell does. */
  readonly prepared: Promise<void>;
  /** Starts the program, or starts the same again after its exit. Faults: `terminal-running`, `no-such-folder`, `command-not-found`, `terminal-failed`. */
  start(session: string, request: StartTerminalRequest): Result<TerminalInfo>;
  info(session: string): TerminalInfo | null;
  /** Bytes that the program has written so far: the position at which an event happens. */
  offset(session: string): number;
  /** The same at the start of a call, whose line is kept; 0 where there is no terminal. */
  mark(session: string): number;
  /** Takes over a WebSocket that is already open and authorised. Closes it with `CLOSE.noSuchSession` when there is no terminal. */
  attach(session: string, socket: WebSocket, options: AttachOptions): void;
  /** Ends the program and keeps its screen (`Terminal.stop`). Undefined where there is no terminal. */
  stop(session: string): Promise<StoppedTerminal | undefined>;
  /** What its terminal shows, as text without secrets. Undefined where there is none. */
  read(session: string, lines?: number): Promise<ScreenText | undefined>;
  /** Types for a person. Faults: `no-terminal`, `terminal-ended`, `terminal-busy`. */
  type(session: string, request: TypeRequest): Promise<Result<void>>;
  /** Ends the program (SIGHUP, then SIGKILL after 2 s) with everything it started, and forgets its screen. */
  end(session: string): Promise<void>;
  /** Ends all of them. */
  dispose(): Promise<void>;
}

/** Owns the contract between the daemon's composition root and its terminals. */
import type { WebSocket } from "ws";
import type { StartTerminalRequest, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import type { Result } from "../../../shared/protocol/fault.ts";

export interface AttachOptions {
  /** The viewer's own size; the program keeps its size when absent. */
  cols?: number;
  rows?: number;
  /** It may not type, and so cannot answer what the program asks. */
  watches?: boolean;
}

/** The PTYs of all sessions, at most one each. */
export interface Terminals {
  /** Starts the program, or starts the same again after its exit. Faults: `terminal-running`, `no-such-folder`, `command-not-found`, `terminal-failed`. */
  start(session: string, request: StartTerminalRequest): Result<TerminalInfo>;
  info(session: string): TerminalInfo | null;
  /** Bytes that the program has written so far: the position at which an event happens. */
  offset(session: string): number;
  /** Takes over a WebSocket that is already open and authorised. Closes it with `CLOSE.noSuchSession` when there is no terminal. */
  attach(session: string, socket: WebSocket, options: AttachOptions): void;
  /** Ends the program (SIGHUP, then SIGKILL after 2 s) with everything it started, and forgets its screen. */
  end(session: string): Promise<void>;
  /** Ends all of them. */
  dispose(): Promise<void>;
}

/** One program on a terminal of the system: what the daemon needs of it on every platform. */

export interface PtyExit {
  /** Exactly one of the two is not null. */
  code: number | null;
  signal: string | null;
}

export interface PtyOptions {
  /** Absolute path. */
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  cols: number;
  rows: number;
  /** Nobody writes into the bytes any more: whoever wants them keeps them, and changes only a copy. */
  onData(bytes: Buffer): void;
  /** After the last `onData`. */
  onExit(exit: PtyExit): void;
  /** The program has taken all that was written. */
  onDrain(): void;
}

/** The signals that a viewer may send. */
export type PtySignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL";

export interface Pty {
  /** On Windows it is 0 until the system has made the process, a moment after the start. */
  readonly pid: number;
  /** Bytes written and not yet taken by the program. */
  readonly queued: number;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Reads no more, so that the program stops when the system's own buffers are full. */
  pause(): void;
  resume(): void;
  /** Reads no more: the exit follows without the rest of the output. */
  discard(): void;
  /** SIGINT reaches the job in the foreground, as Ctrl+C does; the others reach everything that runs in the terminal. */
  signal(signal: PtySignal): void;
  /** Ends the program and everything that it started in this terminal, by force after `graceMs`. A second call can only shorten that. */
  end(graceMs?: number): Promise<void>;
}

/** Starts the program. Throws what node-pty throws when the system refuses (no descriptor, no process). */
export type OpenPty = (options: PtyOptions) => Pty;

/** What of node-pty's Windows terminal the daemon uses, its unwritten parts found once and by name. */
import { Duplex, Writable } from "node:stream";

/**
 * A terminal of node-pty on Windows, as `lib/windowsTerminal.js` and `lib/windowsPtyAgent.js` make it. It has no descriptor. Its output
 * is text; what is asked of it before its first output waits for that; `resize` throws once the program has ended.
 */
export interface WindowsTerminal {
  /** 0 until the system has made the process. */
  readonly pid: number;
  onData(listener: (text: string) => void): unknown;
  /** Called when the output's stream closes. */
  onExit(listener: (exit: { exitCode: number | undefined }) => void): unknown;
  write(data: Buffer): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** Closes the pseudo console and ends the programs that are attached to it. */
  kill(): void;
}

export interface WindowsInsides {
  output: Duplex;
  input: Writable;
  /** Undefined while the program runs. */
  exitCode(): number | undefined;
}

/** Throws when node-pty no longer has these parts: without them output would be lost, and an error of a pipe would end the daemon. */
export function windowsInsides(terminal: object): WindowsInsides {
  const output: unknown = Reflect.get(terminal, "_socket");
  const agent: unknown = Reflect.get(terminal, "_agent");
  const input: unknown = typeof agent === "object" && agent !== null ? Reflect.get(agent, "inSocket") : undefined;
  if (!(output instanceof Duplex) || !(input instanceof Writable) || typeof agent !== "object" || agent === null) {
    throw new Error("node-pty no longer has the streams that terminals on Windows are read and written through");
  }
  return {
    output,
    input,
    exitCode() {
      const code: unknown = Reflect.get(agent, "exitCode");
      return typeof code === "number" ? code : undefined;
    },
  };
}

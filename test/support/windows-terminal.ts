/**
 * A terminal with the surface and the habits of node-pty's on Windows (lib/windowsTerminal.js and lib/windowsPtyAgent.js of its
 * win32-x64 package), around a real Unix pseudoterminal: no descriptor, text instead of bytes, nothing done before the first output, a
 * stream that is destroyed some time after the program's death whether or not it was read, `resize` that throws afterwards.
 */
import { Duplex, Writable } from "node:stream";
import { signalSession } from "../../main/daemon/terminal/pty/process-session.ts";
import type { OpenPty, Pty } from "../../main/daemon/terminal/pty/pty.ts";
import { openUnixPty } from "../../main/daemon/terminal/pty/unix-pty.ts";
import type { WindowsTerminal } from "../../main/daemon/terminal/pty/windows-insides.ts";
import { openWindowsPty, type WindowsSystem } from "../../main/daemon/terminal/pty/windows-pty.ts";

export interface WindowsHabits {
  /** What the console prints before the program does. node-pty is ready only with it. */
  greeting: string;
  /** node-pty's FLUSH_DATA_INTERVAL. */
  flushMs: number;
}

const HABITS: WindowsHabits = { greeting: "", flushMs: 1_000 };

/** The output as node-pty's worker hands it over: a stream of text that its reader may stop. */
class Output extends Duplex {
  #room: (() => void) | undefined;
  override _read(): void {
    this.#room?.();
  }
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
  onRoom(listener: () => void): void {
    this.#room = listener;
  }
}

export class FakeWindowsTerminal implements WindowsTerminal {
  /** The names by which node-pty keeps them. */
  readonly _socket = new Output({ highWaterMark: 64 * 1024, allowHalfOpen: false }).setEncoding("utf8");
  readonly _agent: { inSocket: Writable; exitCode: number | undefined };
  pid = 0;
  readonly kills: string[] = [];
  /** node-pty has wanted to close the stream. */
  flushed = false;
  readonly #engine: Pty;
  #ready = false;
  #deferred: (() => void)[] = [];
  #killed = false;

  constructor(file: string, args: string[] | string, options: Parameters<WindowsSystem["spawn"]>[2], habits = HABITS) {
    if (options.encoding) throw new Error("Setting encoding on Windows is not supported");
    if (typeof args === "string") throw new Error("the double runs Unix programs, which have no command line");
    const taken: (() => void)[] = [];
    const env = Object.fromEntries(Object.entries(options.env ?? {}).map(([name, value]) => [name, value ?? ""]));
    const { cwd = "/", cols = 80, rows = 24 } = options;
    this.#engine = openUnixPty({
      command: file,
      args,
      env,
      cwd,
      cols,
      rows,
      onData: (bytes) => {
        if (!this._socket.destroyed && !this._socket.push(bytes)) this.#engine.pause();
      },
      onDrain: () => taken.splice(0).forEach((done) => void done()),
      onExit: ({ code }) => this.#ended(code ?? 1, habits.flushMs),
    });
    this._socket.onRoom(() => this.#engine.resume());
    this._agent = {
      exitCode: undefined,
      inSocket: new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          taken.push(done);
          this.#engine.write(chunk);
        },
      }),
    };
    setImmediate(() => this.#connected(habits.greeting));
  }

  #connected(greeting: string): void {
    this.pid = this.#engine.pid;
    const become = () => {
      if (this.#ready) return;
      this.#ready = true;
      for (const call of this.#deferred.splice(0)) call();
    };
    this._socket.once("data", become);
    // An empty greeting is news too: the real console always has one, which most tests must not see among the program's bytes.
    if (greeting === "") this._socket.emit("data", "");
    else this._socket.push(greeting);
  }

  #ended(code: number, flushMs: number): void {
    this._agent.exitCode = code;
    const flush = () => {
      this.flushed = true;
      this._socket.destroy();
    };
    let timer = setTimeout(flush, flushMs);
    this._socket.on("data", () => {
      clearTimeout(timer);
      timer = setTimeout(flush, flushMs);
    });
    this._socket.on("close", () => clearTimeout(timer));
  }

  #defer(call: () => void): void {
    if (this.#ready) call();
    else this.#deferred.push(call);
  }

  onData(listener: (text: string) => void): void {
    this._socket.on("data", listener);
  }
  onExit(listener: (exit: { exitCode: number | undefined }) => void): void {
    this._socket.on("close", () => listener({ exitCode: this._agent.exitCode }));
  }
  write(data: Buffer): void {
    this.#defer(() => this._agent.inSocket.write(data));
  }
  resize(cols: number, rows: number): void {
    this.#defer(() => {
      if (this._agent.exitCode !== undefined) throw new Error("Cannot resize a pty that has already exited");
      this.#engine.resize(cols, rows);
    });
  }
  pause(): void {
    this._socket.pause();
  }
  resume(): void {
    this._socket.resume();
  }
  kill(): void {
    this.#defer(() => {
      this.kills.push(this._agent.exitCode === undefined ? "running" : "ended");
      if (this.#killed) return;
      this.#killed = true;
      if (this._agent.exitCode === undefined) signalSession(this.pid, "SIGKILL");
    });
  }
}

/** The Windows way with Unix programs: what `taskkill /T /F` ends there, SIGKILL to the terminal's session ends here. */
export function openLikeWindows(habits: Partial<WindowsHabits> = {}, made: FakeWindowsTerminal[] = []): OpenPty {
  return (options) =>
    openWindowsPty(options, {
      spawn(file, args, spawned) {
        const terminal = new FakeWindowsTerminal(file, args, spawned, { ...HABITS, ...habits });
        made.push(terminal);
        return terminal;
      },
      async endTree(pid) {
        signalSession(pid, "SIGKILL");
      },
    });
}

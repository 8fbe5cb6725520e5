/** The terminal that `signalbox run` was typed in, for as long as it shows a session; afterwards it is as it was, however that ended. */
import { WebSocket } from "ws";
import { parseJson } from "../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { createEscapeKeys } from "./escape-keys.ts";
import { createLeftModes } from "./left-modes.ts";
import { makeRaw } from "./raw-terminal.ts";

export type Parting =
  | { why: "exited"; code: number | null; signal: string | null }
  /** The person left; the program keeps running. */
  | { why: "left" }
  /** This process was asked to end; the program keeps running. */
  | { why: "told"; signal: NodeJS.Signals }
  | { why: "lost"; reason: string };

const CLEAR = "\u001b[H\u001b[2J";
/** The title as it is, to come back to (xterm's "window manipulation"). */
const KEEP_TITLE = "\u001b[22;0t";
/** Behind what the program has left: a line of one's own. */
const AFRESH = "\r\n";
/** Terminals that print what they do not know. */
const PLAIN = /^(|dumb|linux)$/;
const ENDING = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;
/** A daemon that stands still is not waited for. */
const CLOSE_MS = 500;

/** Resolves when the program has ended or the person has left. `address` is the terminal's, at the gateway or at the daemon. */
export function attachHere(
  address: string,
  token: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Parting> {
  const { promise, resolve } = Promise.withResolvers<Parting>();
  const headers = { authorization: `Bearer ${token}` };
  const readKeys = createEscapeKeys();
  const modes = createLeftModes();
  let socket = connect();
  /** Puts the terminal's own mode back; undefined while it has that. */
  let cook: (() => void) | undefined;
  let parted = false;
  /** What a snapshot does not carry, when this terminal was given back in between. */
  let around = { before: "", after: "" };

  const send = (frame: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const onKeys = (keys: Buffer) => {
    const typed = readKeys(keys);
    if (typed.send.length > 0 && socket.readyState === WebSocket.OPEN) socket.send(typed.send);
    if (typed.leave) part({ why: "left" });
  };
  const onResize = () => send({ type: "resize", cols: output.columns, rows: output.rows });
  /** In one write: it is the last thing that a process that ends can do. */
  const show = (text: string) => {
    modes.see(Buffer.from(text));
    output.write(text);
  };

  function connect(): WebSocket {
    const url = new URL(address.replace(/^http/, "ws"));
    url.searchParams.set("cols", String(output.columns));
    url.searchParams.set("rows", String(output.rows));
    const made = new WebSocket(url, [SUBPROTOCOL], { headers, perMessageDeflate: false });
    const ours = () => made === socket && !parted;
    made.on("open", () => {
      if (ours()) begin();
    });
    made.on("message", (data, binary) => {
      if (!Buffer.isBuffer(data) || !ours()) return;
      if (binary) {
        modes.see(data);
        output.write(data, () => send({ type: "ack", bytes: data.length }));
        return;
      }
      const frame = parseJson(terminalServerFrameSchema, data.toString("utf8"));
      if (frame.ok) onFrame(frame.value);
    });
    made.on("error", (error) => {
      if (ours()) part({ why: "lost", reason: error.message });
    });
    made.on("close", (_, reason) => {
      if (ours()) part({ why: "lost", reason: reason.toString() || "the other side ended" });
    });
    return made;
  }

  function begin(): void {
    if (cook !== undefined) return;
    cook = makeRaw(input);
    if (!PLAIN.test(process.env.TERM ?? "")) show(KEEP_TITLE);
    input.on("data", onKeys);
    output.on("resize", onResize);
    input.resume();
  }

  function onFrame(frame: TerminalServerFrame): void {
    if (frame.type === "snapshot") {
      show(around.before + CLEAR + frame.data + around.after);
      around = { before: "", after: "" };
    } else if (frame.type === "exit") part({ why: "exited", code: frame.code, signal: frame.signal });
    else if (frame.type === "error") part({ why: "lost", reason: frame.message });
  }

  /** Gives the terminal back; harmless where it has been given back already. */
  function giveBack(usual: boolean, end = ""): void {
    if (cook === undefined) return;
    input.off("data", onKeys);
    output.off("resize", onResize);
    output.write(modes.restore(usual && !PLAIN.test(process.env.TERM ?? "")) + end);
    cook();
    cook = undefined;
    input.pause();
  }

  function part(parting: Parting): void {
    if (parted) return;
    parted = true;
    for (const signal of ENDING) process.off(signal, onEnding);
    process.off("SIGTSTP", onStop);
    process.off("SIGCONT", onContinue);
    process.off("exit", onExit);
    process.off("uncaughtExceptionMonitor", onExit);
    const runs = parting.why !== "exited";
    giveBack(runs, runs ? AFRESH : "");
    leave(socket);
    resolve(parting);
  }

  const onEnding = (signal: NodeJS.Signals) => part({ why: "told", signal });
  const onExit = () => giveBack(true, AFRESH);
  /** As a program that was stopped leaves it to its shell; the shell's own terminal is in order meanwhile. */
  const onStop = () => {
    around = modes.again();
    giveBack(true, AFRESH);
    process.kill(process.pid, "SIGSTOP");
  };
  /** Also after a stop that could not be noticed: the shell has changed the terminal's mode, and the screen. */
  const onContinue = () => {
    if (cook !== undefined) {
      around = modes.again();
      giveBack(true);
    }
    const before = socket;
    socket = connect();
    leave(before);
  };

  for (const signal of ENDING) process.on(signal, onEnding);
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  process.on("exit", onExit);
  process.on("uncaughtExceptionMonitor", onExit);
  // A terminal whose window was closed takes nothing more.
  output.on("error", () => {});
  return promise;
}

function leave(socket: WebSocket): void {
  socket.on("error", () => {});
  socket.close();
  setTimeout(() => socket.terminate(), CLOSE_MS).unref();
}

/** A viewer that draws nothing: it counts the bytes of a terminal and acknowledges them at once. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { parse } from "./program.ts";

export interface TerminalClient {
  socket: WebSocket;
  /** Live bytes so far. */
  bytes(): number;
  /** Resolves with what the pattern found in the first output, the snapshot's text included. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Called with live bytes. */
  onOutput(listener: (bytes: Buffer) => void): void;
  type(keys: string): void;
  /** Acknowledges nothing more and, when asked, does not even read. */
  stall(): void;
  /** Resolves at the program's end. */
  exited: Promise<void>;
  close(): void;
}

const BEGINNING = 64 * 1024;

export async function openTerminal(url: string, headers: Record<string, string>): Promise<TerminalClient> {
  const socket = new WebSocket(url, [SUBPROTOCOL], { headers, perMessageDeflate: false });
  const listeners = new Set<(bytes: Buffer) => void>();
  /** What came first: it may come in the very read that opens the socket. */
  let beginning = "";
  let looked = () => {};
  const look = (text: string) => {
    if (beginning.length < BEGINNING) beginning += text;
    looked();
  };
  const exited = Promise.withResolvers<void>();
  let bytes = 0;
  socket.on("message", (data: Buffer, binary: boolean) => {
    if (binary) {
      bytes += data.length;
      socket.send(`{"type":"ack","bytes":${data.length}}`);
      if (beginning.length < BEGINNING) look(data.toString());
      for (const listener of listeners) listener(data);
      return;
    }
    const frame = parse(terminalServerFrameSchema, data.toString());
    if (frame.type === "exit") exited.resolve();
    if (frame.type === "snapshot") look(frame.data);
    if (frame.type === "error") exited.reject(new Error(`${frame.code}: ${frame.message}`));
  });
  socket.on("close", (code) => exited.reject(new Error(`the terminal's socket closed with ${code}`)));
  exited.promise.catch(() => {});
  await once(socket, "open");
  return {
    socket,
    bytes: () => bytes,
    shows: (pattern) =>
      new Promise((resolve) => {
        looked = () => {
          const found = pattern.exec(beginning);
          if (found !== null) resolve(found);
        };
        looked();
      }),
    onOutput: (listener) => listeners.add(listener),
    type: (keys) => socket.send(Buffer.from(keys)),
    stall: () => socket.pause(),
    exited: exited.promise,
    close: () => socket.terminate(),
  };
}

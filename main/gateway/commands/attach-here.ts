/** Owns the terminal that `signalbox run` was typed in, for as long as it shows a session. */
import { WebSocket } from "ws";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../../shared/protocol/terminal-frames.ts";
import { SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { createEscapeKeys } from "./escape-keys.ts";
import { makeRaw } from "./raw-terminal.ts";

export type Parting =
  | { why: "exited"; code: number | null; signal: string | null }
  /** The person left; the program goes on. */
  | { why: "left" }
  | { why: "lost"; reason: string };

/** What is left on when a full-screen program is left: alternate screen, scroll region, mouse, focus and paste reports. */
const RESTORE = "\u001b[?47l\u001b[!p\u001b[?1;1000;1002;1003;1004;1006;2004l\u001b[?25h\u001b[0m\r\n";
const CLEAR = "\u001b[H\u001b[2J";

/** Resolves when the program has ended or the person has left. `address` is the terminal's, at the gateway or at the daemon. */
export function attachHere(
  address: string,
  token: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Parting> {
  const { promise, resolve } = Promise.withResolvers<Parting>();
  const headers = { authorization: `Bearer ${token}` };
  const url = new URL(address.replace(/^http/, "ws"));
  url.searchParams.set("cols", String(output.columns));
  url.searchParams.set("rows", String(output.rows));
  const socket = new WebSocket(url, [SUBPROTOCOL], { headers, perMessageDeflate: false });
  const readKeys = createEscapeKeys();
  let restore = () => {};

  const send = (frame: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const onKeys = (keys: Buffer) => {
    const typed = readKeys(keys);
    if (typed.send.length > 0 && socket.readyState === WebSocket.OPEN) socket.send(typed.send);
    if (typed.leave) part({ why: "left" });
  };
  const onResize = () => send({ type: "resize", cols: output.columns, rows: output.rows });

  function onFrame(frame: TerminalServerFrame): void {
    if (frame.type === "snapshot") output.write(CLEAR + frame.data);
    else if (frame.type === "exit") part({ why: "exited", code: frame.code, signal: frame.signal });
    else if (frame.type === "error") part({ why: "lost", reason: frame.message });
  }

  function part(parting: Parting): void {
    input.off("data", onKeys);
    output.off("resize", onResize);
    restore();
    input.pause();
    socket.removeAllListeners("message");
    socket.close();
    if (parting.why !== "exited") output.write(RESTORE);
    resolve(parting);
  }

  socket.on("open", () => {
    restore = makeRaw(input);
    input.on("data", onKeys);
    output.on("resize", onResize);
    input.resume();
  });
  socket.on("message", (data, binary) => {
    if (!Buffer.isBuffer(data)) return;
    if (binary) {
      output.write(data, () => send({ type: "ack", bytes: data.length }));
      return;
    }
    const frame = parseJson(terminalServerFrameSchema, data.toString("utf8"));
    if (frame.ok) onFrame(frame.value);
  });
  socket.on("error", (error) => part({ why: "lost", reason: error.message }));
  socket.on("close", (_, reason) => part({ why: "lost", reason: reason.toString() || "the other side ended" }));
  return promise;
}

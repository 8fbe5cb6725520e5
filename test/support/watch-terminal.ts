/** A viewer of a session's terminal at the built product, over the socket that a page uses. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import type { Product } from "./product.ts";

export interface TerminalWatcher {
  /** The first one. */
  snapshot: Promise<Extract<TerminalServerFrame, { type: "snapshot" }>>;
  type(keys: string): void;
  close(): void;
}

/** Acknowledges everything at once. Without a size it has none to give to the program. */
export async function watchTerminal(
  { url, token }: Product,
  session: string,
  size?: { cols: number; rows: number },
): Promise<TerminalWatcher> {
  const wanted = size === undefined ? "" : `&cols=${size.cols}&rows=${size.rows}`;
  const address = `${url.replace("http:", "ws:")}/ws/terminal?session_id=${session}${wanted}`;
  const socket = new WebSocket(address, [SUBPROTOCOL], { headers: { authorization: `Bearer ${token}` } });
  const snapshot = Promise.withResolvers<Extract<TerminalServerFrame, { type: "snapshot" }>>();
  socket.on("message", (data: Buffer, binary: boolean) => {
    if (binary) {
      socket.send(JSON.stringify({ type: "ack", bytes: data.length }));
      return;
    }
    const frame = terminalServerFrameSchema.parse(JSON.parse(data.toString()));
    if (frame.type === "snapshot") snapshot.resolve(frame);
  });
  await once(socket, "open");
  return {
    snapshot: snapshot.promise,
    type: (keys) => socket.send(Buffer.from(keys)),
    close: () => socket.terminate(),
  };
}

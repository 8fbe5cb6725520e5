/** Owns counting what arrives at a WebSocket: bytes, frames, or log entries inside batched frames, with the moment of the last. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { eventServerFrameSchema } from "../../shared/protocol/event-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { now } from "./clock.ts";
import { parse } from "./program.ts";

export type Count = "bytes" | "frames" | "entries";
const ENTRY = Buffer.from('"event":');
const EVENTS = Buffer.from('{"events"');

export interface Receiver {
  socket: WebSocket;
  /** Resolves when `target` has arrived, with that moment. Rejects when the socket closes first. */
  reached: Promise<number>;
  close(): Promise<void>;
}

/** Opens the socket and counts from the first frame. Entries are counted by their key, as the bytes pass: parsing would measure the client. */
export async function receive(
  url: string,
  count: Count,
  target: number,
  headers: Record<string, string> = {},
): Promise<Receiver> {
  const protocols = count === "entries" ? [SUBPROTOCOL] : [];
  const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false, skipUTF8Validation: true });
  let seen = 0;
  let last: Buffer | undefined;
  const reached = new Promise<number>((resolve, reject) => {
    socket.on("message", (data: Buffer) => {
      if (count === "entries") {
        if (!data.subarray(0, EVENTS.length).equals(EVENTS)) return;
        seen += entriesIn(data);
        last = data;
      } else seen += count === "bytes" ? data.length : 1;
      if (seen < target) return;
      if (last !== undefined) requireLast(last, target);
      resolve(now());
    });
    socket.on("close", (code) => reject(new Error(`closed with ${code} after ${seen} of ${target} ${count}`)));
  });
  // Whoever awaits it hears of it; nobody else should.
  reached.catch(() => {});
  await once(socket, "open");
  return {
    socket,
    reached,
    async close() {
      const closed = once(socket, "close");
      socket.terminate();
      await closed;
    },
  };
}

function entriesIn(frame: Buffer): number {
  let count = 0;
  for (let at = frame.indexOf(ENTRY); at !== -1; at = frame.indexOf(ENTRY, at + ENTRY.length)) count += 1;
  return count;
}

/** Entries are numbered without holes from 1, so the last number proves that the count is not a miscount. */
function requireLast(frame: Buffer, target: number): void {
  const parsed = parse(eventServerFrameSchema, frame.toString());
  const seq = "events" in parsed ? parsed.events.at(-1)?.seq : undefined;
  if (seq !== target) throw new Error(`the last of ${target} entries is numbered ${seq}`);
}

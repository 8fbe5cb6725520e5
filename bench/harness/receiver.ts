/** Counts what arrives at a WebSocket: bytes, frames, or log entries inside batched frames, with the moment of the last. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
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
  protocols: string[] = count === "entries" ? [SUBPROTOCOL] : [],
): Promise<Receiver> {
  const socket = await connect(url, protocols, headers);
  let seen = 0;
  let done = false;
  let last: Buffer | undefined;
  const reached = new Promise<number>((resolve, reject) => {
    socket.on("message", (data: Buffer) => {
      if (count === "entries") {
        if (!data.subarray(0, EVENTS.length).equals(EVENTS)) return;
        seen += entriesIn(data);
        last = data;
      } else seen += count === "bytes" ? data.length : 1;
      if (seen < target || done) return;
      done = true;
      const at = now();
      const wrong = last === undefined ? undefined : misnumbered(last, target);
      if (wrong === undefined) resolve(at);
      else reject(new Error(wrong));
    });
    socket.on("close", (code) => reject(new Error(`closed with ${code} after ${seen} of ${target} ${count}`)));
  });
  // Whoever awaits it hears of it; nobody else should.
  reached.catch(() => {});
  socket.resume();
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

const ATTEMPTS = 50;

/** On a loaded machine the gateway may lose a daemon for a moment, and answers 503 until it has it again. */
async function connect(url: string, protocols: string[], headers: Record<string, string>): Promise<WebSocket> {
  for (let attempt = 1; ; attempt += 1) {
    const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false, skipUTF8Validation: true });
    // What comes in the very read that opens it waits for its reader.
    socket.once("open", () => socket.pause());
    try {
      await once(socket, "open");
      return socket;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await delay(200);
    }
  }
}

function entriesIn(frame: Buffer): number {
  let count = 0;
  for (let at = frame.indexOf(ENTRY); at !== -1; at = frame.indexOf(ENTRY, at + ENTRY.length)) count += 1;
  return count;
}

/** Entries are numbered without holes from 1, so the number of the `target`th proves that the count is not a miscount. */
function misnumbered(frame: Buffer, target: number): string | undefined {
  const parsed = parse(eventServerFrameSchema, frame.toString());
  const has = "events" in parsed && parsed.events.some(({ seq }) => seq === target);
  return has ? undefined : `the frame that completes ${target} entries does not hold number ${target}`;
}

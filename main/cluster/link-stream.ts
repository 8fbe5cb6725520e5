/** One end of a link: a duplex of bytes, numbered and windowed, that breaks at the first frame that is missing. */
import { Duplex } from "node:stream";
import { type Frame, type FrameKind, MAX_PAYLOAD_BYTES } from "./link-frame.ts";

/** Bytes that may be under way and not yet taken. */
export const WINDOW_BYTES = 256 * 1024;
/** What was taken is said at the latest after so many bytes; small messages ride free of it. */
const ACK_BYTES = WINDOW_BYTES / 4;

export interface LinkStreamOptions {
  /** Sends to the other end. Rejects when Redis does not take it, and gives false where nobody listens there. */
  send: (kind: FrameKind, number: number, taken: number, payload: Buffer) => Promise<boolean>;
  onClose: () => void;
}

export interface LinkStream extends Duplex {
  /** Says to the other end that there is a link. */
  begin(): void;
  /** A frame of the other end. */
  receive(frame: Pick<Frame, "kind" | "number" | "taken" | "payload">): void;
}

const NOTHING = Buffer.alloc(0);

export function createLinkStream({ send, onClose }: LinkStreamOptions): LinkStream {
  /** Of the next frame, each way. */
  let sends = 0;
  let expects = 0;
  let sent = 0;
  let acknowledged = 0;
  let received = 0;
  let taken = 0;
  let toldTaken = 0;
  /** The other end has sent, and this one has sent, all that there is. */
  let heardEnd = false;
  let saidEnd = false;
  /** Waits for room in the window. */
  let waiting: { bytes: Buffer; done: (error?: Error | null) => void } | undefined;

  const post = (kind: FrameKind, payload: Buffer) => {
    toldTaken = taken;
    const number = sends;
    sends += 1;
    send(kind, number, taken, payload).then(
      (heard) => heard || fail("the other machine does not listen any more"),
      (error: unknown) => fail(error instanceof Error ? error.message : "Redis does not answer"),
    );
  };
  const fail = (reason: string) => {
    if (!stream.destroyed) stream.destroy(new LinkError(reason));
  };

  function push(): void {
    if (waiting === undefined) return;
    let { bytes } = waiting;
    while (bytes.length > 0) {
      const room = Math.min(WINDOW_BYTES - (sent - acknowledged), MAX_PAYLOAD_BYTES);
      if (room <= 0) {
        waiting.bytes = bytes;
        return;
      }
      const part = bytes.subarray(0, room);
      bytes = bytes.subarray(part.length);
      sent += part.length;
      post("data", part);
      if (stream.destroyed) return;
    }
    const { done } = waiting;
    waiting = undefined;
    done();
  }

  /** What came and nobody has wanted yet: no more than the window. */
  const came: Buffer[] = [];
  let wants = false;
  function feed(): void {
    while (wants && came.length > 0) {
      const part = came.shift() ?? NOTHING;
      taken += part.length;
      wants = stream.push(part);
    }
    if (heardEnd && came.length === 0 && !stream.readableEnded) stream.push(null);
    else if (taken - toldTaken >= ACK_BYTES && !stream.destroyed) post("ack", NOTHING);
  }

  const stream = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: MAX_PAYLOAD_BYTES,
    writableHighWaterMark: MAX_PAYLOAD_BYTES,
    write(chunk: Buffer, _encoding, done) {
      waiting = { bytes: chunk, done };
      push();
    },
    // What was written in one turn leaves as one message.
    writev(chunks, done) {
      waiting = { bytes: Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done };
      push();
    },
    final(done) {
      saidEnd = true;
      post("end", NOTHING);
      done();
    },
    read() {
      wants = true;
      feed();
    },
    destroy(error, done) {
      // Said once; where nobody hears it, nobody needs it.
      if (!heardEnd || !saidEnd) send("reset", sends, taken, NOTHING).catch(() => {});
      waiting = undefined;
      onClose();
      done(error);
    },
  }) as LinkStream;

  stream.begin = () => post("open", NOTHING);
  stream.receive = ({ kind, number, taken: told, payload }) => {
    if (stream.destroyed) return;
    if (kind === "reset") return fail("the other machine closed the link");
    if (number !== expects) return fail("a message of the link was lost");
    expects += 1;
    if (told < acknowledged || told > sent) return fail("the link's numbers do not fit");
    acknowledged = told;
    if (payload.length > 0) {
      received += payload.length;
      if (received - taken > WINDOW_BYTES + MAX_PAYLOAD_BYTES) return fail("the other machine sends more than it may");
      came.push(payload);
    }
    if (kind === "end") heardEnd = true;
    feed();
    push();
  };
  return stream;
}

/** A link that broke; the message is a part of a sentence. */
export class LinkError extends Error {
  readonly code = "ELINK";
}

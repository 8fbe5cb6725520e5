/** The way of one terminal's output to its screen: a ring of shared memory, and before it what waits for room. */
import type { ScreenRequest } from "./screen-messages.ts";

/** Handing over memory of its own for each piece would leave the process several times as large after a flood. */
const RING_BYTES = 1024 * 1024;
/** Output goes into the ring together: at once when it comes to this much, else at the end of the turn. */
const BATCH_BYTES = 64 * 1024;
/** Items of the queue that are done before they are cut off. */
const DONE_ITEMS = 1024;

export interface ScreenFeed {
  /** Copies what it is given. */
  write(bytes: Buffer): void;
  /** A request at its place among the output. */
  request(request: ScreenRequest): void;
  /** The screen has taken so many bytes out of the ring. */
  taken(bytes: number): void;
  /** Bytes written and not yet taken. */
  backlog(): number;
  /** Begins again with another thread: what was in the ring is lost. */
  reopen(): void;
}

export interface ScreenFeedOptions {
  id: number;
  size(): { cols: number; rows: number };
  post(request: ScreenRequest): void;
}

export function createScreenFeed(options: ScreenFeedOptions): ScreenFeed {
  const { id, post } = options;
  const memory = new SharedArrayBuffer(RING_BYTES);
  const ring = new Uint8Array(memory);
  /** Bytes ever written to the ring, told of, and read. */
  let head = 0;
  let told = 0;
  let tail = 0;
  let queue: (Buffer | ScreenRequest)[] = [];
  let done = 0;
  let queuedBytes = 0;
  let scheduled = false;

  const backlog = () => head - tail + queuedBytes;

  /** Copies what fits; gives how much. */
  function put(bytes: Buffer): number {
    const count = Math.min(bytes.length, RING_BYTES - (head - tail));
    const at = head % RING_BYTES;
    const first = Math.min(count, RING_BYTES - at);
    ring.set(bytes.subarray(0, first), at);
    ring.set(bytes.subarray(first, count), 0);
    head += count;
    return count;
  }

  function tell(): void {
    if (head === told) return;
    post({ type: "write", id, at: told % RING_BYTES, length: head - told });
    told = head;
  }

  function pump(): void {
    for (let item = queue[done]; item !== undefined; item = queue[done]) {
      if (Buffer.isBuffer(item)) {
        const count = put(item);
        queuedBytes -= count;
        if (count < item.length) {
          queue[done] = item.subarray(count);
          break;
        }
      } else {
        tell();
        post(item);
      }
      done += 1;
    }
    tell();
    if (done === queue.length || done > DONE_ITEMS) {
      queue = queue.slice(done);
      done = 0;
    }
  }

  function open(): void {
    post({ type: "open", id, memory, ...options.size() });
  }

  open();
  return {
    write(bytes) {
      const count = queue.length === 0 ? put(bytes) : 0;
      if (count < bytes.length) {
        queue.push(Buffer.from(bytes.subarray(count)));
        queuedBytes += bytes.length - count;
      }
      if (head - told + queuedBytes >= BATCH_BYTES) pump();
      else if (!scheduled) {
        scheduled = true;
        setImmediate(() => {
          scheduled = false;
          pump();
        });
      }
    },
    request(request) {
      queue.push(request);
      pump();
    },
    taken(bytes) {
      tail += bytes;
      pump();
    },
    backlog,
    reopen() {
      head = 0;
      told = 0;
      tail = 0;
      open();
      pump();
    },
  };
}

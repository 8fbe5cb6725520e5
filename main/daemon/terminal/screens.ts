/** Owns the link to the thread that keeps the screens: one for all terminals, started with the first, with a bounded backlog each. */
import { Worker } from "node:worker_threads";
import type { Log } from "../../home/create-log.ts";
import { workerEntry } from "../../home/worker-entry.ts";
import type { Notice, ScreenReport, ScreenRequest, Snapshot } from "./screen-messages.ts";

/** Output that a screen may be behind, in bytes: above the first the program is paused, below the second it goes on. */
export const SCREEN_HIGH_WATER_BYTES = 8 * 1024 * 1024;
export const SCREEN_LOW_WATER_BYTES = 4 * 1024 * 1024;
/** Reads from a PTY are at most 4 KB; this many bytes travel to the thread together. */
const BATCH_BYTES = 64 * 1024;

export interface ScreenListener {
  onTitle(title: string): void;
  onNotice(notice: Notice): void;
  /** The backlog has fallen below the low watermark. */
  onDrain(): void;
}

/** One terminal's screen. */
export interface Screen {
  write(bytes: Buffer): void;
  resize(cols: number, rows: number): void;
  /** The state after the bytes written so far. Not called back once the screen is closed. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  /** Whether the backlog is above the high watermark and not yet below the low one. */
  full(): boolean;
  close(): void;
}

export interface Screens {
  open(cols: number, rows: number, listener: ScreenListener): Screen;
  dispose(): Promise<void>;
}

interface Entry {
  id: number;
  cols: number;
  rows: number;
  listener: ScreenListener;
  batch: Buffer[];
  batchBytes: number;
  /** Sent and not yet parsed. */
  behind: number;
  full: boolean;
  waiting: Map<number, (snapshot: Snapshot) => void>;
}

export function createScreens(log: Log): Screens {
  const entries = new Map<number, Entry>();
  let worker: Worker | undefined;
  let nextId = 1;
  let nextRequest = 1;
  let flushing = false;
  let disposed = false;

  function thread(): Worker {
    if (worker !== undefined) return worker;
    const started = new Worker(workerEntry("screen-worker", import.meta.url), { name: "screens" });
    started.on("message", (report: ScreenReport) => receive(report));
    started.on("error", (error) => {
      log.error({ error }, "the screens' thread failed; screens start empty");
      if (worker === started) restart();
    });
    // The terminals keep the daemon running, not their screens.
    started.unref();
    worker = started;
    return started;
  }

  /** A screen whose thread died begins again empty: output goes on, and whoever waits for a snapshot gets one. */
  function restart(): void {
    worker = undefined;
    if (disposed) return;
    for (const entry of entries.values()) {
      post({ type: "open", id: entry.id, cols: entry.cols, rows: entry.rows });
      entry.behind = 0;
      for (const request of entry.waiting.keys()) post({ type: "snapshot", id: entry.id, request });
      settle(entry);
    }
  }

  function post(request: ScreenRequest, transfer: ArrayBuffer[] = []): void {
    thread().postMessage(request, transfer);
  }

  function receive(report: ScreenReport): void {
    const entry = entries.get(report.id);
    if (entry === undefined) return;
    switch (report.type) {
      case "parsed":
        entry.behind -= report.bytes;
        settle(entry);
        break;
      case "title":
        entry.listener.onTitle(report.title);
        break;
      case "notice":
        entry.listener.onNotice(report.notice);
        break;
      case "snapshot": {
        const then = entry.waiting.get(report.request);
        entry.waiting.delete(report.request);
        then?.(report);
        break;
      }
    }
  }

  function settle(entry: Entry): void {
    if (!entry.full || entry.behind >= SCREEN_LOW_WATER_BYTES) return;
    entry.full = false;
    entry.listener.onDrain();
  }

  /** Copies the batch into memory of its own and hands that over: the pieces may still be on their way to viewers. */
  function flush(entry: Entry): void {
    if (entry.batchBytes === 0) return;
    const bytes = new Uint8Array(entry.batchBytes);
    let at = 0;
    for (const piece of entry.batch) {
      bytes.set(piece, at);
      at += piece.length;
    }
    entry.behind += entry.batchBytes;
    entry.batch = [];
    entry.batchBytes = 0;
    post({ type: "write", id: entry.id, bytes }, [bytes.buffer]);
  }

  function flushAll(): void {
    flushing = false;
    for (const entry of entries.values()) flush(entry);
  }

  return {
    open(cols, rows, listener) {
      const id = nextId++;
      const entry: Entry = {
        id,
        cols,
        rows,
        listener,
        batch: [],
        batchBytes: 0,
        behind: 0,
        full: false,
        waiting: new Map(),
      };
      entries.set(id, entry);
      post({ type: "open", id, cols, rows });
      return {
        write(bytes) {
          entry.batch.push(bytes);
          entry.batchBytes += bytes.length;
          if (entry.batchBytes >= BATCH_BYTES) flush(entry);
          else if (!flushing) {
            flushing = true;
            setImmediate(flushAll);
          }
          if (entry.behind + entry.batchBytes > SCREEN_HIGH_WATER_BYTES) entry.full = true;
        },
        resize(newCols, newRows) {
          entry.cols = newCols;
          entry.rows = newRows;
          flush(entry);
          post({ type: "resize", id, cols: newCols, rows: newRows });
        },
        snapshot(then) {
          const request = nextRequest++;
          entry.waiting.set(request, then);
          flush(entry);
          post({ type: "snapshot", id, request });
        },
        full: () => entry.full,
        close() {
          if (!entries.delete(id)) return;
          if (worker !== undefined) post({ type: "close", id });
        },
      };
    },
    async dispose() {
      disposed = true;
      entries.clear();
      const running = worker;
      worker = undefined;
      await running?.terminate();
    },
  };
}

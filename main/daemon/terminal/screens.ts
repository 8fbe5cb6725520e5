/** Owns the link to the thread that keeps the screens: one for all terminals, started with the first, with a bounded backlog each. */
import { Worker } from "node:worker_threads";
import type { Log } from "../../home/create-log.ts";
import { workerEntry } from "../../home/worker-entry.ts";
import type { Notice, ScreenReport, ScreenRequest, Snapshot } from "./screen-messages.ts";

/**
 * Output that a screen may be behind, in bytes: above it the program is paused, below half of it it goes on. While
 * somebody reads as fast as the program prints, the screen may lag far behind; otherwise memory counts for more.
 */
export const SCREEN_LAG_BYTES = { watched: 64 * 1024 * 1024, unwatched: 4 * 1024 * 1024 };
/** This many bytes travel to the thread together. */
const BATCH_BYTES = 64 * 1024;

export interface ScreenListener {
  onTitle(title: string): void;
  onNotice(notice: Notice): void;
  /** The screen has caught up by some of its backlog. */
  onProgress(): void;
}

/** One terminal's screen. */
export interface Screen {
  write(bytes: Buffer): void;
  resize(cols: number, rows: number): void;
  /** The state after the bytes written so far. Not called back once the screen is closed. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  /** Bytes written and not yet on the screen. */
  backlog(): number;
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
      entry.listener.onProgress();
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
        entry.listener.onProgress();
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
        backlog: () => entry.behind + entry.batchBytes,
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

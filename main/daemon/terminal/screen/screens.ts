/** The link to the thread that keeps the screens: one for all terminals, started with the first, with a bounded backlog each. */
import { Worker } from "node:worker_threads";
import type { TerminalProgress } from "../../../../shared/protocol/daemon-api.ts";
import { DARK_TERMINAL, type TerminalColours } from "../../../../shared/protocol/terminal-colours.ts";
import type { Log } from "../../../home/create-log.ts";
import { workerEntry } from "../../../home/worker-entry.ts";
import { createScreenFeed, type ScreenFeed } from "./screen-feed.ts";
import type { Notice, ReadText, ScreenReport, ScreenRequest, Snapshot } from "./screen-messages.ts";

/**
 * Output that a screen may be behind, in bytes, beside the 2 MB that it holds itself: above it the program is paused, below
 * half of it it goes on. While somebody reads as fast as the program prints, it may lag far; otherwise memory counts for more.
 */
export const SCREEN_LAG_BYTES = { watched: 32 * 1024 * 1024, unwatched: 1024 * 1024 };

export interface ScreenListener {
  onTitle(title: string): void;
  onNotice(notice: Notice): void;
  /** The program's own progress; undefined when it has taken it away. */
  onProgress(progress: TerminalProgress | undefined): void;
  /** What the screen answers the program; only while `answers` wants it to. */
  onAnswer(text: string): void;
  /** The screen has caught up by some of its backlog. */
  onCaughtUp(): void;
}

/** One terminal's screen. */
export interface Screen {
  write(bytes: Buffer): void;
  resize(cols: number, rows: number): void;
  /** The state after the bytes written so far. Not called back once the screen is closed. */
  snapshot(then: (snapshot: Snapshot) => void): void;
  /** Its text after the bytes written so far; undefined when it is closed meanwhile, or when screens cannot be kept. */
  text(lines?: number): Promise<ReadText | undefined>;
  /** A call begins at this offset in the output, behind the bytes written so far. */
  mark(offset: number): void;
  /** Whether the screen answers what the program asks in what is written from now on. At first it does. */
  answers(on: boolean): void;
  /** Bytes written and not yet on the screen. */
  backlog(): number;
  close(): void;
}

export interface Screens {
  open(cols: number, rows: number, listener: ScreenListener): Screen;
  /** The person's colours, for programs that ask while nobody looks. */
  colours(colours: TerminalColours): void;
  dispose(): Promise<void>;
}

interface Entry {
  listener: ScreenListener;
  feed: ScreenFeed;
  answers: boolean;
  waiting: Map<number, (snapshot: Snapshot) => void>;
  /** Who waits for its text. */
  reading: Map<number, (read: ReadText | undefined) => void>;
  /** What is shown when no screen can be kept. */
  empty(): Snapshot;
}

/** Threads that die one after the other before terminals run without screens. */
const MAX_FAILURES = 5;

export function startScreenThread(): Worker {
  return new Worker(workerEntry("screen-worker", import.meta.url), {
    name: "screens",
    // Lines that scroll by are short-lived; with the usual size a flood of them takes 100 MB more.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
}

export function createScreens(log: Log, startThread: () => Worker = startScreenThread): Screens {
  const entries = new Map<number, Entry>();
  let worker: Worker | undefined;
  let nextId = 1;
  let nextRequest = 1;
  let disposed = false;
  let colours = DARK_TERMINAL;
  /** Threads that died without having shown anything. */
  let failures = 0;
  let broken = false;

  function thread(): Worker {
    if (worker !== undefined) return worker;
    const started = startThread();
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
    failures += 1;
    broken = failures >= MAX_FAILURES;
    if (broken) log.error("screens cannot be kept; terminals run without them");
    for (const [id, entry] of entries) {
      giveUp(entry);
      if (broken) {
        for (const then of entry.waiting.values()) then(entry.empty());
        entry.waiting.clear();
      } else {
        entry.feed.reopen();
        begin(id, entry);
        for (const request of entry.waiting.keys()) entry.feed.request({ type: "snapshot", id, request });
      }
      entry.listener.onCaughtUp();
    }
  }

  function giveUp({ reading }: Entry): void {
    for (const then of reading.values()) then(undefined);
    reading.clear();
  }

  function begin(id: number, entry: Entry): void {
    entry.feed.request({ type: "colours", id, colours });
    entry.feed.request({ type: "answers", id, on: entry.answers });
  }

  function post(request: ScreenRequest): void {
    if (!broken) thread().postMessage(request);
  }

  function receive(report: ScreenReport): void {
    const entry = entries.get(report.id);
    if (entry === undefined) return;
    switch (report.type) {
      case "taken":
        failures = 0;
        entry.feed.taken(report.bytes);
        entry.listener.onCaughtUp();
        break;
      case "title":
        entry.listener.onTitle(report.title);
        break;
      case "answer":
        entry.listener.onAnswer(report.text);
        break;
      case "notice":
        entry.listener.onNotice(report.notice);
        break;
      case "progress":
        entry.listener.onProgress(report.progress);
        break;
      case "snapshot": {
        const then = entry.waiting.get(report.request);
        entry.waiting.delete(report.request);
        then?.(report);
        break;
      }
      case "text": {
        const then = entry.reading.get(report.request);
        entry.reading.delete(report.request);
        then?.({ text: report.text, pastes: report.pastes });
        break;
      }
    }
  }

  return {
    open(cols, rows, listener) {
      const id = nextId++;
      const waiting: Entry["waiting"] = new Map();
      let size = { cols, rows };
      const feed = createScreenFeed({ id, size: () => size, post });
      const empty = (): Snapshot => ({ data: "", tail: new Uint8Array(0), marks: [], prompts: [], ...size });
      const entry: Entry = { listener, answers: true, waiting, reading: new Map(), feed, empty };
      entries.set(id, entry);
      begin(id, entry);
      return {
        write(bytes) {
          if (!broken) feed.write(bytes);
        },
        resize(newCols, newRows) {
          size = { cols: newCols, rows: newRows };
          feed.request({ type: "resize", id, ...size });
        },
        snapshot(then) {
          if (broken) {
            setImmediate(() => then(empty()));
            return;
          }
          const request = nextRequest++;
          waiting.set(request, then);
          feed.request({ type: "snapshot", id, request });
        },
        text(lines) {
          if (broken || !entries.has(id)) return Promise.resolve(undefined);
          const { promise, resolve } = Promise.withResolvers<ReadText | undefined>();
          const request = nextRequest++;
          entry.reading.set(request, resolve);
          feed.request({ type: "text", id, request, lines });
          return promise;
        },
        mark(offset) {
          if (!broken) feed.request({ type: "mark", id, offset });
        },
        answers(on) {
          if (on === entry.answers || !entries.has(id)) return;
          entry.answers = on;
          feed.request({ type: "answers", id, on });
        },
        backlog: () => (broken ? 0 : feed.backlog()),
        close() {
          if (!entries.delete(id)) return;
          giveUp(entry);
          if (worker !== undefined) post({ type: "close", id });
        },
      };
    },
    colours(now) {
      colours = now;
      for (const [id, { feed }] of entries) feed.request({ type: "colours", id, colours });
    },
    async dispose() {
      disposed = true;
      for (const entry of entries.values()) giveUp(entry);
      entries.clear();
      const running = worker;
      worker = undefined;
      await running?.terminate();
    },
  };
}

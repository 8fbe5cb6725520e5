/** Owns the gateway's side of the journal: what is handed to its thread, in what amounts, and what comes back. */
import { Worker } from "node:worker_threads";
import { workerEntry } from "../../home/worker-entry.ts";
import { type Chunk, chunkOf, entriesOf } from "../bridge/chunk.ts";
import type { HistoryItem } from "../bridge/cursor.ts";
import { searchWords } from "./call-words.ts";
import type { JournalOptions } from "./journal-options.ts";
import type { Answer, CallCounts, CallPage, EntryRun, FromWorker, Query, StoredSession, ToWorker } from "./messages.ts";

/** Bytes that may wait for the journal's thread. Above it the daemon's streams are not read, so that nothing grows. */
const MAX_QUEUED_BYTES = 48 * 1024 * 1024;
/** Runs are handed over together, this long after the first, in milliseconds. */
const HAND_OVER_MS = 50;
/**
 * In a burst of more bytes than this they wait until it pauses for so long, or until there are too many: the other
 * thread leaves its processor to live delivery meanwhile.
 */
const BURST_BYTES = 1024 * 1024;
const BURST_PAUSE_MS = 20;
const HAND_OVER_BYTES = 24 * 1024 * 1024;
/** Bytes of one answer to a reader of the past. */
const READ_BYTES = 512 * 1024;

export interface JournalListener {
  counts(session: string, counts: CallCounts): void;
  recording(state: { ok: boolean; reason?: string }): void;
}

export interface Journal {
  readonly sessions: readonly StoredSession[];
  append(session: string, chunks: readonly Chunk[], eventId: string | undefined): void;
  /** Resolves at once while there is room; otherwise when the journal has caught up, or does not get on at all. */
  room(): Promise<void> | undefined;
  save(session: string, record: string): void;
  delete(session: string): void;
  read(session: string, after: number, maxEntries?: number): Promise<readonly HistoryItem[]>;
  /** JSON of each call, in order of their start. */
  calls(session: string): Promise<readonly string[]>;
  /** The newest calls, or those that began before an entry. Empty while there is no journal. */
  callPage(session: string, before: number | undefined, limit: number): Promise<CallPage>;
  /** Calls that hold all of the words, newest first: the id of their session, and their JSON. */
  search(text: string, limit: number): Promise<readonly { session: string; call: string }[]>;
  /** Bytes that wait for the journal's thread. */
  queued(): number;
  /** Bytes of history on the disk; undefined while there is no journal. */
  size(): Promise<number | undefined>;
  /** Resolves when everything handed over before is written, or cannot be. */
  settled(): Promise<void>;
  /** Writes what waits and closes the file. */
  close(): Promise<void>;
}

/** Never fails: without a usable file, history is not kept and `listener.recording` says why. */
export async function openJournal(options: JournalOptions, listener: JournalListener): Promise<Journal> {
  const worker = new Worker(workerEntry("journal-worker", import.meta.url), {
    workerData: options,
    // Batches are short-lived, and without a bound V8 lets them pile up to 150 MB before it looks.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const questions = new Map<number, (answer: Answer) => void>();
  const pending = new Map<string, { runs: EntryRun[]; eventId: string | undefined }>();
  let pendingBytes = 0;
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let nextQuestion = 1;
  let alive = true;
  let roomWanted: (() => void)[] = [];
  let ready: (sessions: StoredSession[]) => void;
  let closed: () => void = () => {};
  const started = new Promise<StoredSession[]>((resolve) => {
    ready = resolve;
  });

  const post = (message: ToWorker, transfer: ArrayBuffer[] = []) => {
    if (alive) worker.postMessage(message, transfer);
  };

  function died(reason: string): void {
    if (!alive) return;
    alive = false;
    listener.recording({ ok: false, reason });
    for (const answer of questions.values()) answer({ kind: "failed", reason });
    questions.clear();
    queued = 0;
    giveRoom();
    ready([]);
    closed();
  }

  function giveRoom(): void {
    const waiting = roomWanted;
    roomWanted = [];
    for (const go of waiting) go();
  }

  worker.on("message", (message: FromWorker) => {
    switch (message.type) {
      case "ready":
        return ready(message.sessions);
      case "unusable":
        return died(message.reason);
      case "done":
        queued -= message.bytes;
        if (queued < MAX_QUEUED_BYTES / 2) giveRoom();
        return;
      case "counts":
        return listener.counts(message.session, message.counts);
      case "recording":
        // A disk that refuses gives nothing back soon: live delivery does not wait for it.
        if (!message.ok) giveRoom();
        return listener.recording(
          message.reason === undefined ? { ok: message.ok } : { ok: message.ok, reason: message.reason },
        );
      case "answer":
        questions.get(message.id)?.(message.answer);
        questions.delete(message.id);
        return;
      case "closed":
        return closed();
    }
  });
  worker.on("error", (error) => died(`The journal failed: ${error instanceof Error ? error.message : String(error)}`));
  worker.on("exit", () => died("The journal ended."));

  function handOver(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const [session, { runs, eventId }] of pending) {
      const transfer = runs.flatMap((run) => [run.body.buffer, run.starts.buffer]);
      post({ type: "append", session, runs, eventId }, transfer);
    }
    pending.clear();
    pendingBytes = 0;
  }

  function ask(query: Query): Promise<Answer> {
    if (!alive) return Promise.resolve({ kind: "failed", reason: "history is not kept" });
    handOver();
    return new Promise((resolve) => {
      const id = nextQuestion;
      nextQuestion += 1;
      questions.set(id, resolve);
      post({ type: "query", id, query });
    });
  }

  return {
    sessions: await started,
    append(session, chunks, eventId) {
      if (!alive) return;
      const entry = pending.get(session) ?? { runs: [], eventId: undefined };
      for (const chunk of chunks) {
        const run = runOf(chunk);
        entry.runs.push(run);
        pendingBytes += run.body.length;
        queued += run.body.length;
      }
      entry.eventId = eventId ?? entry.eventId;
      pending.set(session, entry);
      if (pendingBytes >= HAND_OVER_BYTES) handOver();
      else if (timer === undefined) timer = setTimeout(handOver, HAND_OVER_MS);
      else if (pendingBytes >= BURST_BYTES) {
        clearTimeout(timer);
        timer = setTimeout(handOver, BURST_PAUSE_MS);
      }
    },
    room() {
      if (queued <= MAX_QUEUED_BYTES || !alive) return undefined;
      return new Promise((resolve) => roomWanted.push(resolve));
    },
    save(session, record) {
      handOver();
      post({ type: "save", session, record });
    },
    delete(session) {
      handOver();
      post({ type: "delete", session });
    },
    async read(session, after, maxEntries = 100_000) {
      const answer = await ask({ kind: "read", session, after, maxBytes: READ_BYTES, maxEntries });
      if (answer.kind !== "read") return [];
      return answer.items.map((item) =>
        "lost" in item ? item : chunkOf(item.first, item.last, item.body, item.starts),
      );
    },
    async calls(session) {
      const answer = await ask({ kind: "calls", session });
      return answer.kind === "calls" ? answer.calls : [];
    },
    async callPage(session, before, limit) {
      const answer = await ask({ kind: "call-page", session, before, limit });
      return answer.kind === "call-page" ? answer.page : { calls: [] };
    },
    async search(text, limit) {
      const words = searchWords(text);
      if (words === "") return [];
      const answer = await ask({ kind: "search", words, limit });
      return answer.kind === "search" ? answer.hits : [];
    },
    queued: () => queued,
    async settled() {
      await ask({ kind: "stats" });
    },
    async size() {
      const answer = await ask({ kind: "stats" });
      return answer.kind === "stats" ? answer.bytes : undefined;
    },
    async close() {
      if (!alive) return;
      handOver();
      await new Promise<void>((resolve) => {
        closed = resolve;
        post({ type: "close" });
      });
      alive = false;
      await worker.terminate();
    },
  };
}

/** A copy: its memory goes over to the other thread, while the chunk stays readable here. */
function runOf(chunk: Chunk): EntryRun {
  const from = chunk.starts[0] ?? 0;
  return {
    first: chunk.first,
    last: chunk.last,
    body: new Uint8Array(entriesOf(chunk, chunk.first, chunk.last)),
    starts: chunk.starts.map((start) => start - from),
  };
}

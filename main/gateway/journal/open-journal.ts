/** The gateway's side of the journal: what is handed to its thread, in what amounts, and what comes back. */
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { type Chunk, chunkOf } from "../bridge/chunk.ts";
import type { HistoryItem } from "../bridge/cursor.ts";
import { createHandOver } from "./hand-over.ts";
import type { JournalLimits, JournalOptions } from "./journal-options.ts";
import { startJournalThread } from "./journal-thread.ts";
import type { Answer, CallCounts, CallPage, FromWorker, Query, StoredSession, ToWorker } from "./messages.ts";

/** Bytes of one answer to a reader of the past. */
const READ_BYTES = 512 * 1024;

/** Characters of a query that are looked at. */
const MAX_QUERY = 1_000;

export interface JournalListener {
  counts(session: string, counts: CallCounts): void;
  recording(state: { ok: boolean; reason?: string }): void;
  /** Fewer bytes wait than before. */
  wrote?(): void;
  /** A burst is over: what it took may be given back. */
  rests?(): void;
}

export interface Journal {
  readonly sessions: readonly StoredSession[];
  append(session: string, chunks: readonly Chunk[], eventId: string | undefined): void;
  /** Resolves at once while there is room; otherwise when the journal has caught up, or does not get on at all. */
  room(): Promise<void> | undefined;
  save(session: string, record: string): void;
  delete(session: string): void;
  /** Makes a file of today out of one that holds remains of session tokens; once, and only where there are any. */
  scrub(): void;
  read(session: string, after: number, maxEntries?: number): Promise<readonly HistoryItem[]>;
  /** JSON of each call, in order of their start. */
  calls(session: string): Promise<readonly string[]>;
  /** The newest calls, or those that began before an entry. Empty while there is no journal. */
  callPage(session: string, before: number | undefined, limit: number): Promise<CallPage>;
  /** Calls that hold all of the words, newest first: the id of their session, and their JSON. Of one session, where one is given. */
  search(text: string, limit: number, session?: string): Promise<readonly { session: string; call: string }[]>;
  /** Holds from now on; what is too much leaves in small steps. */
  setLimits(limits: JournalLimits): void;
  /** Bytes that wait for the journal's thread. */
  queued(): number;
  /** Bytes of history on the disk; undefined while there is no journal. */
  size(): Promise<number | undefined>;
  /** Resolves when everything handed over before is written, or cannot be. */
  settled(): Promise<void>;
  /** Writes what waits and closes the file. */
  close(): Promise<void>;
}

/** Never fails: without a usable file, history is not kept and `listener.recording` says why. `worker` may have been started before. */
export async function openJournal(
  options: JournalOptions,
  listener: JournalListener,
  worker = startJournalThread(),
): Promise<Journal> {
  worker.ref();
  worker.postMessage(options);
  const questions = new Map<number, (answer: Answer) => void>();
  let nextQuestion = 1;
  let alive = true;
  let ready: (sessions: StoredSession[]) => void;
  let closed: () => void = () => {};
  const started = new Promise<StoredSession[]>((resolve) => {
    ready = resolve;
  });

  const post = (message: ToWorker) => {
    if (alive) worker.postMessage(message);
  };

  const handOver = createHandOver((batch) => post({ type: "append", batch }), listener.rests);

  function died(reason: string): void {
    if (!alive) return;
    alive = false;
    listener.recording({ ok: false, reason });
    for (const answer of questions.values()) answer({ kind: "failed", reason });
    questions.clear();
    handOver.giveUp();
    ready([]);
    closed();
  }

  worker.on("message", (message: FromWorker) => {
    switch (message.type) {
      case "ready":
        return ready(message.sessions);
      case "unusable":
        return died(message.reason);
      case "done":
        handOver.done(message.bytes, message.memory);
        return listener.wrote?.();
      case "counts":
        return listener.counts(message.session, message.counts);
      case "recording":
        // A disk that refuses gives nothing back soon: live delivery does not wait for it.
        if (!message.ok) handOver.giveRoom();
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
  worker.on("error", (error) => died(`The journal failed: ${reasonOf(error)}`));
  worker.on("exit", () => died("The journal ended."));

  function ask(query: Query): Promise<Answer> {
    if (!alive) return Promise.resolve({ kind: "failed", reason: "history is not kept" });
    return new Promise((resolve) => {
      const id = nextQuestion;
      nextQuestion += 1;
      questions.set(id, resolve);
      handOver.before(() => post({ type: "query", id, query }));
    });
  }

  return {
    sessions: await started,
    append(session, chunks, eventId) {
      if (alive) handOver.append(session, chunks, eventId);
    },
    room: () => (alive ? handOver.room() : undefined),
    save(session, record) {
      handOver.before(() => post({ type: "save", session, record }));
    },
    delete(session) {
      handOver.before(() => post({ type: "delete", session }));
    },
    scrub: () => handOver.before(() => post({ type: "scrub" })),
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
    async search(text, limit, session) {
      const answer = await ask({ kind: "search", text: text.slice(0, MAX_QUERY), session, limit });
      return answer.kind === "search" ? answer.hits : [];
    },
    setLimits: (limits) => post({ type: "limits", limits }),
    queued: handOver.queued,
    async settled() {
      await ask({ kind: "stats" });
    },
    async size() {
      const answer = await ask({ kind: "stats" });
      return answer.kind === "stats" ? answer.bytes : undefined;
    },
    async close() {
      if (!alive) return;
      await new Promise<void>((resolve) => {
        closed = resolve;
        handOver.before(() => post({ type: "close" }));
      });
      alive = false;
      handOver.giveUp();
      await worker.terminate();
    },
  };
}

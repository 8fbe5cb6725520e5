/** The journal's thread: takes messages one after the other and answers them. */

import { parentPort } from "node:worker_threads";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { type Batch, bytesIn, runsOf } from "./batch.ts";
import { type CallIndex, createCallIndex } from "./call-index.ts";
import { createEventStore, type EventStore } from "./event-store.ts";
import { type JournalOptions, journalOptionsSchema } from "./journal-options.ts";
import { keepSessions } from "./keep-sessions.ts";
import type { Answer, FromWorker, Query, ToWorker } from "./messages.ts";
import { isScrubbed, openDatabase, scrub } from "./open-database.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { createReindex, keepReindexing } from "./reindex.ts";
import { keepWithin } from "./retention.ts";

const port = parentPort;
if (port === null) throw new Error("the journal runs as a worker thread");
const tell = (message: FromWorker) => port.postMessage(message);

function answer(store: EventStore, index: CallIndex, recorder: Recorder, query: Query): Answer {
  switch (query.kind) {
    case "read": {
      recorder.commit();
      const row = store.number(query.session);
      const items = row === undefined ? [] : store.read(row, query.after, query.maxBytes, query.maxEntries);
      return { kind: "read", items, last: items.at(-1)?.last ?? query.after };
    }
    case "calls": {
      recorder.commit(true);
      const row = store.number(query.session);
      return { kind: "calls", calls: row === undefined ? [] : store.calls(row, 100_000) };
    }
    case "call-page": {
      recorder.commit(true);
      const row = store.number(query.session);
      const page = row === undefined ? { calls: [] } : store.callPage(row, query.before, query.limit);
      return { kind: "call-page", page };
    }
    case "search": {
      recorder.commit(true);
      const row = query.session === undefined ? undefined : store.number(query.session);
      if (query.session !== undefined && row === undefined) return { kind: "search", hits: [] };
      return { kind: "search", hits: index.search(query.text, row, query.limit) };
    }
    case "stats":
      return { kind: "stats", bytes: store.usedBytes() };
  }
}

/** Hands a batch to the recorder, and its memory back once none of its runs is needed. */
function take(recorder: Recorder, batch: Batch): void {
  const { memory, parts } = batch;
  let left = parts.length;
  const release = () => {
    left -= 1;
    if (left === 0) tell({ type: "done", bytes: bytesIn(batch), memory });
  };
  for (const part of parts) recorder.append(part.session, runsOf(memory, part), part.eventId, release);
}

/** Tells whether history is kept: it is when neither entries nor sessions wait for a disk that refuses. */
function recordingStates(): (part: "entries" | "sessions", reason: string | undefined) => void {
  const refused = new Map<string, string>();
  return (part, reason) => {
    const before = refused.size;
    if (reason === undefined) refused.delete(part);
    else refused.set(part, reason);
    const [first] = refused.values();
    if (first === undefined && before > 0) tell({ type: "recording", ok: true });
    if (first !== undefined && before === 0) tell({ type: "recording", ok: false, reason: first });
  };
}

function serve(options: JournalOptions): void {
  const { database, movedAside } = openDatabase(options.path);
  const index = createCallIndex(database);
  const store = createEventStore(database, index);
  const states = recordingStates();
  const sessions = keepSessions(store, (reason) => states("sessions", reason));
  // Entries need their session's row: while that one waits, they do.
  const begin = () => {
    sessions.flush();
    store.begin();
  };
  const recorder = createRecorder({ ...store, begin }, (message) =>
    message.type === "recording"
      ? states("entries", message.ok ? undefined : (message.reason ?? "unknown"))
      : tell(message),
  );
  const retention = keepWithin(store, options, Date.now);
  const reindexing = keepReindexing(createReindex(database, store, index));

  port?.on("message", (message: ToWorker) => {
    try {
      switch (message.type) {
        case "append":
          return take(recorder, message.batch);
        case "save":
          return sessions.save(message.session, message.record);
        case "delete":
          recorder.forget(message.session);
          return sessions.delete(message.session);
        case "scrub":
          if (isScrubbed(database)) return;
          try {
            recorder.commit(true);
            sessions.flush();
            scrub(database);
          } catch {
            // A full disk, or a file that somebody else reads: history goes on, and the next start tries again.
          }
          return;
        case "limits":
          return retention.setLimits(message.limits);
        case "query":
          return tell({ type: "answer", id: message.id, answer: answer(store, index, recorder, message.query) });
        case "close":
          recorder.commit(true);
          recorder.dispose();
          sessions.dispose();
          retention.dispose();
          reindexing.dispose();
          database.close();
          tell({ type: "closed" });
          return port.close();
      }
    } catch (error) {
      if (message.type === "query") {
        return tell({ type: "answer", id: message.id, answer: { kind: "failed", reason: reasonOf(error) } });
      }
      tell({ type: "recording", ok: false, reason: reasonOf(error) });
    }
  });
  tell({ type: "ready", sessions: store.sessions() });
  if (movedAside !== undefined) {
    tell({ type: "recording", ok: true, reason: `The history was damaged; it was set aside as ${movedAside}.` });
  }
}

port.once("message", (options: unknown) => {
  try {
    serve(journalOptionsSchema.parse(options));
  } catch (error) {
    tell({ type: "unusable", reason: reasonOf(error) });
  }
});

/**
 * Moves calls from the index of earlier versions into the present one, newest first, in small steps while history is
 * written and read. Until a call is moved it is found as before (decision 0088).
 */
import type { DatabaseSync } from "node:sqlite";
import type { Call } from "../../../shared/events/call.ts";
import { readEntry } from "../../../shared/events/read-entry.ts";
import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import type { CallIndex } from "./call-index.ts";
import { endWords, startWords } from "./call-words.ts";
import { decoded } from "./entry-runs.ts";
import type { EventStore } from "./event-store.ts";
import { readStoredCall } from "./stored-call.ts";

const STEP_CALLS = 32;
/** Pauses between steps, and after a disk that refused, in milliseconds. */
const PAUSE_MS = 20;
const RETRY_MS = 5_000;

type Store = Pick<EventStore, "begin" | "commit" | "rollback" | "read">;

/** One step below a call's number; gives where the next one goes on, undefined when all are done. */
export function createReindex(database: DatabaseSync, store: Store, index: CallIndex) {
  const next = database.prepare(
    "SELECT DISTINCT rowid >> 1 AS number FROM call_text WHERE rowid < 2 * ? ORDER BY rowid DESC LIMIT ?",
  );
  const callOf = database.prepare("SELECT session, call FROM calls WHERE number = ?");
  const drop = database.prepare("DELETE FROM call_text WHERE rowid = ?");

  function eventAt(session: number, seq: number): ToolEvent | undefined {
    const [run] = store.read(session, seq - 1, 1, 1);
    if (run === undefined || "lost" in run || run.first > seq) return undefined;
    const event = readEntry(decoded(run, seq - run.first))?.event;
    return event === undefined || event.kind === "gap" ? undefined : event;
  }

  function move(number: number): void {
    const { session, call: text } = callOf.get(number) ?? {};
    const call = typeof text === "string" ? readStoredCall(text) : undefined;
    if (text === undefined) {
      drop.run(2 * number);
      drop.run(2 * number + 1);
    }
    if (call === undefined) return;
    moveRow(2 * number, call, eventAt(Number(session), call.firstSeq), startWords);
    moveRow(2 * number + 1, call, eventAt(Number(session), call.lastSeq), endWords);
  }

  /** Where the event is gone, its words are in the old index alone: they stay there. */
  function moveRow(row: number, call: Call, event: ToolEvent | undefined, words: typeof startWords): void {
    index.putRow(row, words({ ...call, args: event?.args, result: event?.result }));
    if (event !== undefined) drop.run(row);
  }

  return (below: number): number | undefined => {
    const numbers = next.all(below, STEP_CALLS).map(({ number }) => Number(number));
    if (numbers.length === 0) return undefined;
    store.begin();
    try {
      for (const number of numbers) move(number);
      store.commit();
    } catch (error) {
      store.rollback();
      throw error;
    }
    return numbers.at(-1);
  };
}

export function keepReindexing(step: (below: number) => number | undefined): { dispose(): void } {
  let below: number | undefined = Number.MAX_SAFE_INTEGER / 4;
  let timer: NodeJS.Timeout | undefined = setTimeout(proceed, PAUSE_MS);
  function proceed(): void {
    timer = undefined;
    let pause = PAUSE_MS;
    try {
      if (below !== undefined) below = step(below);
    } catch {
      // The recorder tells of a disk that refuses.
      pause = RETRY_MS;
    }
    if (below !== undefined) timer = setTimeout(proceed, pause);
  }
  return { dispose: () => clearTimeout(timer) };
}

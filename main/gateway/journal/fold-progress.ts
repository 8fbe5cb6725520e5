/** Folds progress of running calls from its marks: what the fold of shared/events/ makes of it, without reading the events. */
import type { Call } from "../../../shared/events/call.ts";
import { advance, type CallLog } from "../../../shared/events/fold.ts";
import { callIn, fieldsIn, HAS, kindIn, MARK, PROGRESS } from "../../wire/event-batch.ts";
import type { EntryRun } from "./batch.ts";
import { decoded } from "./entry-runs.ts";

/** Calls that are known by number; beyond it, the next event of each is read once more. */
const MAX_NAMES = 20_000;

/** What has come of a running call and is not in its `Call` yet. */
interface Pending {
  readonly call: Call;
  progress: number | undefined;
  total: number | undefined;
  updates: number;
  regressions: number;
  lastSeq: number;
  /** When the last one happened, in milliseconds since 1970; NaN where only the event says it. */
  time: number;
  /** The last entry, and the last one with a message: they are read once, at the end. */
  last: Entry;
  message: Entry | undefined;
}

interface Entry {
  run: EntryRun;
  index: number;
}

export interface ProgressFold {
  /** Takes an entry of `run` when it is progress of a running call that is known by its number. False leaves all as it was. */
  take(run: EntryRun, marks: Float64Array, index: number): boolean;
  /** Puts what was taken into the log; before anything else is folded into it. Gives the calls, that of the last entry last. */
  settle(): string[];
  /** What the log calls the call of this number. */
  name(number: number, id: string): void;
  /** What follows is another stream. */
  forgetNames(): void;
}

export function createProgressFold(log: CallLog): ProgressFold {
  const pending = new Map<number, Pending>();
  const names = new Map<number, string>();
  const numbers = new Map<string, number>();
  let latest: Pending | undefined;

  function begin(number: number, entry: Entry): Pending | undefined {
    const call = log.calls.get(names.get(number) ?? "");
    if (call === undefined || call.state !== "running") return undefined;
    const { progress, total, lastSeq } = call;
    const made = {
      call,
      progress,
      total,
      lastSeq,
      updates: 0,
      regressions: 0,
      time: 0,
      last: entry,
      message: undefined,
    };
    pending.set(number, made);
    return made;
  }

  function forgetNames(): void {
    names.clear();
    numbers.clear();
  }

  return {
    take(run, marks, index) {
      const at = MARK * index;
      const code = marks[at] ?? 0;
      if (kindIn(code) !== PROGRESS) return false;
      const seq = run.first + index;
      if (seq <= log.lastSeq) return true;
      const number = callIn(code);
      const found = pending.get(number) ?? begin(number, { run, index });
      if (found === undefined) return false;
      const fields = fieldsIn(code);
      const progress = (fields & HAS.progress) === 0 ? undefined : marks[at + 1];
      const total = (fields & HAS.total) === 0 ? undefined : marks[at + 2];
      advance(found, progress, total);
      found.time = marks[at + 3] ?? Number.NaN;
      found.last = put(found.last, run, index);
      if ((fields & HAS.message) !== 0) found.message = put(found.message ?? { run, index }, run, index);
      found.lastSeq = seq;
      log.lastSeq = seq;
      latest = found;
      return true;
    },
    settle() {
      const ids: string[] = [];
      for (const item of pending.values()) {
        log.calls.set(item.call.id, settled(item));
        if (item !== latest) ids.push(item.call.id);
      }
      if (latest !== undefined) ids.push(latest.call.id);
      latest = undefined;
      pending.clear();
      return ids;
    },
    name(number, id) {
      if (names.size > MAX_NAMES) forgetNames();
      // Two numbers of one call would each go on from what the other has not settled.
      const other = numbers.get(id);
      if (other !== undefined && other !== number) names.delete(other);
      names.set(number, id);
      numbers.set(id, number);
    },
    forgetNames,
  };
}

/** The same object again, so that a call's thousand updates are one. */
function put(known: Entry, run: EntryRun, index: number): Entry {
  known.run = run;
  known.index = index;
  return known;
}

function settled({ call, progress, total, updates, regressions, lastSeq, message, time, last }: Pending): Call {
  return {
    ...call,
    progress,
    total,
    message: (message === undefined ? undefined : text(field(read(message), "event"), "message")) ?? call.message,
    regressions: call.regressions + regressions,
    updates: call.updates + updates,
    updatedAt: Number.isNaN(time) ? (timeOf(last) ?? call.updatedAt) : new Date(time).toISOString(),
    uncertain: false,
    lastSeq,
  };
}

const read = ({ run, index }: Entry): unknown => decoded(run, index);

function timeOf(entry: Entry): string | undefined {
  const value = read(entry);
  return text(field(value, "event"), "timestamp") ?? text(value, "at");
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function text(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === "string" ? found : undefined;
}

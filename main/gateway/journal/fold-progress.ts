/** Owns folding plain progress of running calls from its bytes: the same that the fold of shared/events/ makes of it, without parsing entries. */
import type { Call } from "../../../shared/events/call.ts";
import { type CallLog, unnamedKey } from "../../../shared/events/fold.ts";
import { EVENT_KEY } from "../bridge/chunk.ts";
import type { EntryRun } from "./messages.ts";
import { noProgress, readPlainProgress, type Span, standsAt } from "./plain-progress.ts";

/** What has come of a running call and is not in its `Call` yet. */
interface Pending {
  readonly call: Call;
  readonly named: boolean;
  progress: number | undefined;
  total: number | undefined;
  updates: number;
  regressions: number;
  lastSeq: number;
  /** The last message that came, and the last timestamp; of an event without one, its entry. */
  message: Place | undefined;
  time: Place | undefined;
}

/** Bytes of a run: a JSON string, or the entry whose `at` is asked for. */
interface Place {
  run: EntryRun;
  from: number;
  to: number;
  entry: boolean;
}

export interface ProgressFold {
  /**
   * Takes an entry of `run` when it is plain progress of a running call and does not begin another. False leaves all as
   * it was. `text` is the body of the run, a character a byte.
   */
  take(run: EntryRun, text: string, index: number): boolean;
  /** Puts what was taken into the log; before anything else is folded into it. Gives the calls, that of the last entry last. */
  settle(): string[];
}

export function createProgressFold(log: CallLog): ProgressFold {
  const event = noProgress();
  const byId = new Map<string, Pending>();
  const byTool = new Map<string, Map<string, Pending>>();
  let latest: Pending | undefined;
  let headOf: EntryRun | undefined;
  let headBytes = 0;

  /** Where the event of the entry begins: in one run as far behind its entry as the last one's, but for longer numbers. */
  function eventIn(run: EntryRun, text: string, from: number): number {
    if (run !== headOf || !standsAt(text, EVENT_KEY, from + headBytes)) {
      headOf = run;
      headBytes = text.indexOf(EVENT_KEY, from) - from;
    }
    return from + headBytes + EVENT_KEY.length;
  }

  function find(text: string): Pending | undefined {
    if (event.call.to > 0) return byId.get(inner(text, event.call)) ?? beginNamed(nameIn(text, event.call));
    const tool = text.slice(event.tool.from, event.tool.to);
    const token = event.token.to === 0 ? "" : text.slice(event.token.from, event.token.to);
    return byTool.get(tool)?.get(token) ?? beginUnnamed(text, tool, token);
  }

  function beginNamed(id: string): Pending | undefined {
    // A call whose id was given here has one place only.
    if (id === "" || /^n-\d/.test(id)) return undefined;
    const made = begin(log.calls.get(id), true);
    if (made !== undefined) byId.set(id, made);
    return made;
  }

  function beginUnnamed(text: string, tool: string, token: string): Pending | undefined {
    const value = token === "" ? undefined : token.startsWith('"') ? nameIn(text, event.token) : Number(token);
    const name = nameIn(text, event.tool);
    // A number that would read back differently is one that needs parsing.
    if (name === "" || value === "" || (typeof value === "number" && String(value) !== token)) return undefined;
    const made = begin(log.calls.get(log.unnamed.get(unnamedKey(value, name)) ?? ""), false);
    if (made === undefined) return undefined;
    const tokens = byTool.get(tool) ?? new Map<string, Pending>();
    byTool.set(tool, tokens.set(token, made));
    return made;
  }

  function begin(call: Call | undefined, named: boolean): Pending | undefined {
    if (call === undefined || call.state !== "running") return undefined;
    const { progress, total, lastSeq } = call;
    const nothing = { updates: 0, regressions: 0, message: undefined, time: undefined };
    return { call, named, progress, total, lastSeq, ...nothing };
  }

  return {
    take(run, text, index) {
      const from = run.starts[index] ?? 0;
      const to = (run.starts[index + 1] ?? 0) - 1;
      const begins = eventIn(run, text, from);
      if (!readPlainProgress(text, begins, to - 1, event)) return false;
      const seq = run.first + index;
      if (seq <= log.lastSeq) return true;
      const found = find(text);
      if (found === undefined) return false;
      const { progress, total, message, timestamp } = event;
      const backwards = progress !== undefined && found.progress !== undefined && progress < found.progress;
      if (backwards && !found.named) return false;
      if (backwards) found.regressions += 1;
      else {
        found.progress = progress ?? found.progress;
        found.total = total ?? found.total;
      }
      if (message.to > 0) found.message = place(found.message, run, message.from, message.to, false);
      if (timestamp.to > 0) found.time = place(found.time, run, timestamp.from, timestamp.to, false);
      else found.time = place(found.time, run, from, to, true);
      found.updates += 1;
      found.lastSeq = seq;
      log.lastSeq = seq;
      latest = found;
      return true;
    },
    settle() {
      const ids: string[] = [];
      for (const item of [...byId.values(), ...[...byTool.values()].flatMap((tokens) => [...tokens.values()])]) {
        if (item.updates === 0) continue;
        log.calls.set(item.call.id, settled(item));
        if (item !== latest) ids.push(item.call.id);
      }
      if (latest !== undefined) ids.push(latest.call.id);
      latest = undefined;
      byId.clear();
      byTool.clear();
      return ids;
    },
  };
}

/** The same place again, so that a call's thousand updates are one object. */
function place(known: Place | undefined, run: EntryRun, from: number, to: number, entry: boolean): Place {
  if (known === undefined) return { run, from, to, entry };
  known.run = run;
  known.from = from;
  known.to = to;
  known.entry = entry;
  return known;
}

function settled({ call, progress, total, updates, regressions, lastSeq, message, time }: Pending): Call {
  return {
    ...call,
    progress,
    total,
    message: textAt(message) ?? call.message,
    regressions: call.regressions + regressions,
    updates: call.updates + updates,
    updatedAt: textAt(time) ?? call.updatedAt,
    uncertain: false,
    lastSeq,
  };
}

/** The string that lies there, or the time of the entry that lies there; undefined for what is no JSON after all. */
function textAt(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const { body } = place.run;
  try {
    const value: unknown = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset + place.from, place.to - place.from).toString(),
    );
    const text = place.entry && typeof value === "object" && value !== null && "at" in value ? value.at : value;
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

const inner = (text: string, { from, to }: Span): string => text.slice(from + 1, to - 1);

/** A name as JSON means it, where that is the same as it is written; empty otherwise. */
function nameIn(text: string, span: Span): string {
  const name = inner(text, span);
  return /^[\x20-\x5b\x5d-\x7e]*$/.test(name) ? name : "";
}

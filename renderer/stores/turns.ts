/** Groups calls into turns: by what the agent says of its turns, else by a guess from overlaps and pauses. */
import { type Call, isOpen } from "../../shared/events/call.ts";

/** Where an agent says nothing of turns: with nothing running for this long it has turned to something else. */
export const TURN_PAUSE_MS = 20_000;

export interface Turn {
  /** From 1. */
  readonly number: number;
  /** Position of its first call in the order of starts. */
  readonly first: number;
  /** When the agent said that it began, milliseconds; undefined where its beginning is a guess. */
  readonly reported: number | undefined;
  count: number;
  startedAt: number;
  /** The latest moment at which something of it happened, milliseconds. */
  lastAt: number;
  readonly open: Set<string>;
  /** Of its calls the one that was heard of last: one that began before that overlaps it. */
  longest: { id: string; lastSeq: number };
}

export interface Turns {
  readonly list: Turn[];
  readonly byCall: Map<string, Turn>;
  /** Calls that ran at the same time as a neighbour, by the number of the bracket that they share. */
  readonly brackets: Map<string, number>;
  /** When the agent said that turns began, milliseconds, ascending. */
  readonly starts: number[];
  /** The latest beginning of a call, milliseconds. */
  lastStart: number;
}

/** `starts`: those of turns that are made anew. */
export const createTurns = (starts: readonly number[] = []): Turns => ({
  list: [],
  byCall: new Map(),
  brackets: new Map(),
  starts: [...starts],
  lastStart: Number.NEGATIVE_INFINITY,
});

/**
 * Notes that the agent began a turn at a moment (ISO 8601). Gives true when calls that are grouped already belong
 * otherwise now: the turns are then to be made anew, with `createTurns(turns.starts)` and every call in its order.
 */
export function noteStart(turns: Turns, at: string): boolean {
  const start = Date.parse(at);
  if (Number.isNaN(start) || turns.starts.includes(start)) return false;
  turns.starts.push(start);
  turns.starts.sort((a, b) => a - b);
  return start <= turns.lastStart;
}

/** Notes a call that is new (`index` is its place in the order of starts) or has changed. Gives true when a turn was begun. */
export function noteCall(turns: Turns, call: Call, index: number): boolean {
  const known = turns.byCall.get(call.id);
  if (known !== undefined) {
    update(known, call);
    return false;
  }
  const start = time(call.startedAt);
  turns.lastStart = Math.max(turns.lastStart, start);
  const reported = latestBefore(turns.starts, start);
  let turn = turns.list.at(-1);
  const begun = turn === undefined || !belongs(turn, call, start, reported);
  if (turn === undefined || begun) {
    turn = {
      number: turns.list.length + 1,
      first: index,
      reported,
      count: 0,
      startedAt: start,
      lastAt: start,
      open: new Set(),
      longest: { id: call.id, lastSeq: call.lastSeq },
    };
    turns.list.push(turn);
  }
  turn.count += 1;
  bracket(turns, turn, call, index);
  turn.lastAt = Math.max(turn.lastAt, start);
  turns.byCall.set(call.id, turn);
  update(turn, call);
  return begun;
}

/** What the agent said decides; where it said nothing, an overlap or a short pause does. */
function belongs(turn: Turn, call: Call, start: number, reported: number | undefined): boolean {
  if (reported !== undefined) return turn.reported !== undefined && reported <= turn.reported;
  return turn.reported !== undefined || beside(turn, call) !== undefined || start - turn.lastAt < TURN_PAUSE_MS;
}

/** A call of the turn that ran when this one began. Sequence numbers tell it also of calls that have ended since. */
function beside(turn: Turn, call: Call): string | undefined {
  let other: string | undefined;
  for (const id of turn.open) if (id !== call.id) other = id;
  const { id, lastSeq } = turn.longest;
  return other ?? (id !== call.id && lastSeq > call.firstSeq ? id : undefined);
}

/** A call that begins while another runs shares that one's bracket. */
function bracket(turns: Turns, turn: Turn, call: Call, index: number): void {
  const other = beside(turn, call);
  if (other === undefined) return;
  const shared = turns.brackets.get(other) ?? index;
  turns.brackets.set(other, shared);
  turns.brackets.set(call.id, shared);
}

function update(turn: Turn, call: Call): void {
  if (isOpen(call)) turn.open.add(call.id);
  else turn.open.delete(call.id);
  if (call.lastSeq > turn.longest.lastSeq) turn.longest = { id: call.id, lastSeq: call.lastSeq };
  turn.lastAt = Math.max(turn.lastAt, time(call.endedAt ?? call.updatedAt));
}

function latestBefore(starts: readonly number[], moment: number): number | undefined {
  for (let at = starts.length - 1; at >= 0; at -= 1) {
    const start = starts[at];
    if (start !== undefined && start <= moment) return start;
  }
  return undefined;
}

function time(iso: string): number {
  const value = Date.parse(iso);
  return Number.isNaN(value) ? 0 : value;
}

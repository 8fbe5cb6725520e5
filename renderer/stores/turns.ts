/** Owns the grouping of calls into turns: calls that overlap, or follow each other closely, belong together. */
import { type Call, isOpen } from "../../shared/events/call.ts";

/** With nothing running for this long the agent has turned to something else; a call after that begins a new turn. */
export const TURN_PAUSE_MS = 20_000;

export interface Turn {
  /** From 1. */
  readonly number: number;
  /** Position of its first call in the order of starts. */
  readonly first: number;
  count: number;
  startedAt: number;
  /** The latest moment at which something of it happened, milliseconds. */
  lastAt: number;
  readonly open: Set<string>;
}

export interface Turns {
  readonly list: Turn[];
  readonly byCall: Map<string, Turn>;
  /** Calls that ran at the same time as a neighbour, by the number of the bracket that they share. */
  readonly brackets: Map<string, number>;
}

export const createTurns = (): Turns => ({ list: [], byCall: new Map(), brackets: new Map() });

/** Notes a call that is new (`index` is its place in the order of starts) or has changed. Gives true when a turn was begun. */
export function noteCall(turns: Turns, call: Call, index: number): boolean {
  const known = turns.byCall.get(call.id);
  if (known !== undefined) {
    update(known, call);
    return false;
  }
  const last = turns.list.at(-1);
  const start = time(call.startedAt);
  if (last !== undefined && (last.open.size > 0 || start - last.lastAt < TURN_PAUSE_MS)) {
    last.count += 1;
    bracket(turns, last, call.id, index);
    last.lastAt = Math.max(last.lastAt, start);
    turns.byCall.set(call.id, last);
    update(last, call);
    return false;
  }
  const turn: Turn = {
    number: turns.list.length + 1,
    first: index,
    count: 1,
    startedAt: start,
    lastAt: start,
    open: new Set(),
  };
  turns.list.push(turn);
  turns.byCall.set(call.id, turn);
  update(turn, call);
  return true;
}

/** A call that begins while another runs shares that one's bracket. */
function bracket(turns: Turns, turn: Turn, id: string, index: number): void {
  let beside: string | undefined;
  for (const other of turn.open) beside = other;
  if (beside === undefined) return;
  const shared = turns.brackets.get(beside) ?? index;
  turns.brackets.set(beside, shared);
  turns.brackets.set(id, shared);
}

function update(turn: Turn, call: Call): void {
  if (isOpen(call)) turn.open.add(call.id);
  else turn.open.delete(call.id);
  turn.lastAt = Math.max(turn.lastAt, time(call.endedAt ?? call.updatedAt));
}

function time(iso: string): number {
  const value = Date.parse(iso);
  return Number.isNaN(value) ? 0 : value;
}

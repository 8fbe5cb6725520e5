/** Owns what the activity list shows and in which order: calls by turn, with the gaps where they belong; oldest first, drawn newest first. */
import type { Call } from "../../shared/events/call.ts";
import type { Gap } from "../../shared/events/fold.ts";
import type { Turn, Turns } from "../stores/turns.ts";
import { type Filter, isFiltering, matcher } from "./filters.ts";
import { hasNote, progressBar } from "./progress-truth.ts";
import { RowLayout } from "./row-layout.ts";

export type Item =
  | { kind: "turn"; key: string; turn: Turn; shown: number }
  | { kind: "call"; key: string; id: string }
  | { kind: "gap"; key: string; gap: Gap };

const TURN_HEIGHT = 30;
const GAP_HEIGHT = 34;

/** 32 px for a name alone, 52 with a note, 54 with a bar. A bar keeps room for the note that usually follows it. */
export function rowHeight(call: Call): number {
  if (progressBar(call) !== undefined) return 54;
  return hasNote(call) ? 52 : 32;
}

export interface ItemSource {
  readonly order: readonly string[];
  readonly log: { readonly calls: ReadonlyMap<string, Call>; readonly gaps: readonly Gap[] };
  readonly turns: Turns;
}

/** The rows for one filter. It grows with the log; nothing that is there moves but to make room. */
export class ListItems {
  /** Oldest first. */
  readonly items: Item[] = [];
  readonly layout = new RowLayout();
  readonly #source: ItemSource;
  readonly #match: (call: Call) => boolean;
  /** A gap is no part of the answer to a filter. */
  readonly #withGaps: boolean;
  readonly #rowOf = new Map<string, number>();
  #calls = 0;
  #gaps = 0;

  constructor(source: ItemSource, filter: Filter) {
    this.#source = source;
    this.#match = matcher(filter);
    this.#withGaps = !isFiltering(filter);
    this.sync();
  }

  /** Calls of the log that have been looked at. */
  get seen(): number {
    return this.#calls;
  }

  /** Row of a call, counted from the oldest; undefined when it is not shown. */
  rowOf(id: string): number | undefined {
    return this.#rowOf.get(id);
  }

  /** Adds what is new in the log. Gives true when there was something. */
  sync(): boolean {
    const { order, log } = this.#source;
    const before = this.items.length;
    for (; this.#calls < order.length; this.#calls += 1) {
      const call = log.calls.get(order[this.#calls] ?? "");
      if (call === undefined || !this.#match(call)) continue;
      this.#addGaps(call.firstSeq);
      this.#addCall(call);
    }
    this.#addGaps(Number.POSITIVE_INFINITY);
    return this.items.length !== before;
  }

  /** Gives the rows of changed calls their present heights. True when any changed. */
  resize(ids: Iterable<string>): boolean {
    let changed = false;
    for (const id of ids) {
      const row = this.#rowOf.get(id);
      const call = this.#source.log.calls.get(id);
      if (row !== undefined && call !== undefined) changed = this.layout.resize(row, rowHeight(call)) || changed;
    }
    return changed;
  }

  #addGaps(before: number): void {
    if (!this.#withGaps) return;
    const { gaps } = this.#source.log;
    for (let gap = gaps[this.#gaps]; gap !== undefined && gap.seq < before; gap = gaps[this.#gaps]) {
      this.#push({ kind: "gap", key: `gap-${gap.seq}-${this.#gaps}`, gap }, GAP_HEIGHT);
      this.#gaps += 1;
    }
  }

  #addCall(call: Call): void {
    const turn = this.#source.turns.byCall.get(call.id);
    const between: Extract<Item, { kind: "gap" }>[] = [];
    for (let last = this.items.at(-1); last?.kind === "gap"; last = this.items.at(-1)) {
      between.unshift(last);
      this.#pop();
    }
    const last = this.items.at(-1);
    let shown = 0;
    // A turn's head stands above its newest call, so it is taken off and put back on top.
    if (last?.kind === "turn" && last.turn === turn) {
      shown = last.shown;
      this.#pop();
    }
    for (const gap of between) this.#push(gap, GAP_HEIGHT);
    this.#rowOf.set(call.id, this.items.length);
    this.#push({ kind: "call", key: call.id, id: call.id }, rowHeight(call));
    if (turn !== undefined)
      this.#push({ kind: "turn", key: `turn-${turn.number}`, turn, shown: shown + 1 }, TURN_HEIGHT);
  }

  #push(item: Item, height: number): void {
    this.items.push(item);
    this.layout.push(height);
  }

  #pop(): void {
    this.items.pop();
    this.layout.pop();
  }
}

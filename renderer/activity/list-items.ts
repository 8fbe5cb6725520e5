/** What the activity list shows and in which order: calls by turn, with the gaps where they belong; oldest first, drawn newest first. */
import type { Call } from "../../shared/events/call.ts";
import type { Gap } from "../../shared/events/fold.ts";
import { type Filter, isFiltering, matcher } from "../stores/filters.ts";
import type { Turns } from "../stores/turns.ts";
import { GapCursor } from "./gap-cursor.ts";
import { callItem, type Item, LIST_HEIGHTS, type RowHeights, type TurnItem, turnItem } from "./list-item.ts";
import { RowLayout } from "./row-layout.ts";

/** Calls that are looked at between two looks at the clock. */
const CALLS_A_STEP = 64;

export interface ItemSource {
  readonly order: readonly string[];
  /** How many of the calls in `order` came after the first ones, below them: history. */
  readonly older: number;
  /** What happened before this entry is not here yet, so its gaps are not drawn yet. */
  readonly since: number;
  readonly log: { readonly calls: ReadonlyMap<string, Call>; readonly gaps: readonly Gap[] };
  readonly turns: Turns;
  /** Changes when calls stand in other turns than before. */
  generation(): number;
}

/**
 * The rows for one filter. They grow upwards with the log (`sync`), and downwards (`fill`) until all that was there is
 * looked at: what is seen first is there first, however long the session. Nothing that is there moves but to make room.
 */
export class ListItems {
  readonly layout = new RowLayout();
  /** That of the source when the list was begun. */
  readonly generation: number;
  readonly #source: ItemSource;
  readonly #heights: RowHeights;
  readonly #match: (call: Call) => boolean;
  /** A gap is no part of the answer to a filter. */
  readonly #withGaps: boolean;
  /** Rows of calls, counted from the first that came: `#below` less than from the oldest. */
  readonly #places = new Map<string, number>();
  #items: Item[] = [];
  #below = 0;
  /** Calls from `#oldest` up to `#newest` have been looked at, in the numbers of `order` less `older`. */
  #oldest: number;
  #newest: number;
  readonly #gaps: GapCursor;
  /** The head of the turn at the lower end. */
  #lowest: TurnItem | undefined;
  /** The highest head of a turn that is a guess. */
  #guess: TurnItem | undefined;
  #complete = false;

  /** Empty as yet. `upTo`: the number of a call (`newest` of another list) from which on calls are news. */
  constructor(source: ItemSource, filter: Filter, heights: RowHeights = LIST_HEIGHTS, upTo?: number) {
    this.#source = source;
    this.#heights = heights;
    this.generation = source.generation();
    this.#match = matcher(filter);
    this.#withGaps = !isFiltering(filter);
    this.#oldest = upTo ?? source.order.length - source.older;
    this.#newest = this.#oldest;
    const from = upTo === undefined ? undefined : this.#callAt(upTo)?.firstSeq;
    this.#gaps = new GapCursor(() => source.log.gaps, from);
  }

  /** Oldest first. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** Number of the first call that has not been looked at. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether everything old has been looked at. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The first head, from the top, whose turn is a guess: where the doubt is said, once for all below it. */
  get guess(): Item | undefined {
    return this.#guess;
  }

  /** Row of a call, counted from the oldest; undefined when it is not shown. */
  rowOf(id: string): number | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : place + this.#below;
  }

  /** Adds what is new in the log. Gives true when there was something. */
  sync(): boolean {
    const { order, older } = this.#source;
    const before = this.#items.length;
    for (; this.#newest < order.length - older; this.#newest += 1) {
      const call = this.#callAt(this.#newest);
      if (call === undefined || !this.#match(call)) continue;
      this.#addGaps(call.firstSeq);
      this.#addCall(call);
    }
    this.#addGaps(Number.POSITIVE_INFINITY);
    return this.#items.length !== before;
  }

  /** Adds what is old, from the newest on, while `more` (asked now and then) holds. Gives true when there was something. */
  fill(more: (rows: number) => boolean = () => true, callsAStep = CALLS_A_STEP): boolean {
    const rows: Item[] = [];
    const heights: number[] = [];
    const put = (item: Item, height: number) => {
      rows.push(item);
      heights.push(height);
    };
    const first = -this.#source.older;
    while (this.#oldest > first && more(rows.length)) {
      const stop = Math.max(first, this.#oldest - callsAStep);
      while (this.#oldest > stop) {
        this.#oldest -= 1;
        const call = this.#callAt(this.#oldest);
        if (call === undefined || !this.#match(call)) continue;
        this.#putGaps(call.firstSeq, put);
        this.#putCall(call, rows.length, put);
      }
    }
    if (this.#oldest <= first && !this.#complete) {
      this.#putGaps(this.#source.since, put);
      this.#complete = true;
    }
    this.#items = rows.reverse().concat(this.#items);
    this.layout.extend(heights);
    this.#below += rows.length;
    return rows.length > 0;
  }

  /** Gives the rows of changed calls their present heights. True when any changed. */
  resize(ids: Iterable<string>): boolean {
    let changed = false;
    for (const id of ids) {
      const row = this.rowOf(id);
      const call = this.#source.log.calls.get(id);
      if (row !== undefined && call !== undefined)
        changed = this.layout.resize(row, this.#heights.call(call)) || changed;
    }
    return changed;
  }

  #callAt(number: number): Call | undefined {
    const { order, older, log } = this.#source;
    return log.calls.get(order[number + older] ?? "");
  }

  /** Downwards: a call stands below the gaps that came after its start. */
  #putGaps(after: number, put: (item: Item, height: number) => void): void {
    if (!this.#withGaps) return;
    for (const gap of this.#gaps.older(after)) put(gap, this.#heights.gap);
  }

  #putCall(call: Call, above: number, put: (item: Item, height: number) => void): void {
    const turn = this.#source.turns.byCall.get(call.id);
    let head = above;
    if (turn !== undefined && this.#lowest?.turn === turn) this.#lowest.shown += 1;
    else if (turn !== undefined) {
      this.#lowest = turnItem(turn, 1);
      if (turn.reported === undefined) this.#guess ??= this.#lowest;
      put(this.#lowest, this.#heights.turn);
      head += 1;
    }
    this.#places.set(call.id, -1 - head - this.#below);
    put(callItem(call.id), this.#heights.call(call));
  }

  #addGaps(before: number): void {
    if (!this.#withGaps) return;
    for (const gap of this.#gaps.newer(before)) this.#push(gap, this.#heights.gap);
  }

  #addCall(call: Call): void {
    const turn = this.#source.turns.byCall.get(call.id);
    const between: Item[] = [];
    for (let last = this.#items.at(-1); last?.kind === "gap"; last = this.#items.at(-1)) {
      between.unshift(last);
      this.#pop();
    }
    const last = this.#items.at(-1);
    let head: TurnItem | undefined;
    // A turn's head stands above its newest call, so it is taken off and put back on top.
    if (last?.kind === "turn" && last.turn === turn) {
      head = last;
      this.#pop();
    }
    for (const gap of between) this.#push(gap, this.#heights.gap);
    this.#places.set(call.id, this.#items.length - this.#below);
    this.#push(callItem(call.id), this.#heights.call(call));
    if (turn === undefined) return;
    head ??= turnItem(turn, 0);
    head.shown += 1;
    this.#lowest ??= head;
    if (turn.reported === undefined) this.#guess = head;
    this.#push(head, this.#heights.turn);
  }

  #push(item: Item, height: number): void {
    this.#items.push(item);
    this.layout.push(height);
  }

  #pop(): void {
    this.#items.pop();
    this.layout.pop();
  }
}

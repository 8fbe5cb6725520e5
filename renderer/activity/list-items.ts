/** Owns the order and height of what the activity list shows: newest first, by turn, with the gaps where they belong. */
import type { Call } from "../../shared/events/call.ts";
import type { Gap } from "../../shared/events/fold.ts";
import type { Turn, Turns } from "../stores/turns.ts";
import { hasNote, progressBar } from "./progress-truth.ts";

export type Item =
  | { kind: "turn"; key: string; height: number; turn: Turn; shown: number }
  | { kind: "call"; key: string; height: number; id: string }
  | { kind: "gap"; key: string; height: number; gap: Gap };

const TURN_HEIGHT = 30;
const GAP_HEIGHT = 34;

/** 32 px for a name alone, 52 with a note, 54 with a bar. A bar keeps room for the note that usually follows it. */
export function rowHeight(call: Call): number {
  if (progressBar(call) !== undefined) return 54;
  return hasNote(call) ? 52 : 32;
}

export interface ItemSource {
  order: readonly string[];
  calls: ReadonlyMap<string, Call>;
  turns: Turns;
  gaps: readonly Gap[];
  match: (call: Call) => boolean;
  /** False while a filter is on: a gap is then no part of the answer. */
  withGaps: boolean;
}

export function buildItems(source: ItemSource): Item[] {
  const items: Item[] = [];
  let gap = source.withGaps ? source.gaps.length - 1 : -1;
  let header: Extract<Item, { kind: "turn" }> | undefined;
  for (let index = source.order.length - 1; index >= 0; index -= 1) {
    const id = source.order[index] ?? "";
    const call = source.calls.get(id);
    if (call === undefined || !source.match(call)) continue;
    for (let open = source.gaps[gap]; open !== undefined && open.seq > call.firstSeq; open = source.gaps[gap]) {
      items.push({ kind: "gap", key: `gap-${open.seq}`, height: GAP_HEIGHT, gap: open });
      gap -= 1;
    }
    const turn = source.turns.byCall.get(id);
    if (turn !== undefined && turn !== header?.turn) {
      header = { kind: "turn", key: `turn-${turn.number}`, height: TURN_HEIGHT, turn, shown: 0 };
      items.push(header);
    }
    if (header !== undefined) header.shown += 1;
    items.push({ kind: "call", key: id, height: rowHeight(call), id });
  }
  for (let open = source.gaps[gap]; gap >= 0 && open !== undefined; open = source.gaps[gap]) {
    items.push({ kind: "gap", key: `gap-${open.seq}`, height: GAP_HEIGHT, gap: open });
    gap -= 1;
  }
  return items;
}

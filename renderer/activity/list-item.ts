/** What one row of the activity list is, and how high. */
import type { Call } from "../../shared/events/call.ts";
import type { Gap } from "../../shared/events/fold.ts";
import type { Turn } from "../stores/turns.ts";
import { hasNote, progressBar } from "./progress-truth.ts";

export interface TurnItem {
  kind: "turn";
  key: string;
  turn: Turn;
  /** How many of its calls are in the list. */
  shown: number;
}
export type Item = TurnItem | { kind: "call"; key: string; id: string } | { kind: "gap"; key: string; gap: Gap };

export const callItem = (id: string): Item => ({ kind: "call", key: id, id });
export const turnItem = (turn: Turn, shown: number): TurnItem => ({
  kind: "turn",
  key: `turn-${turn.number}`,
  turn,
  shown,
});
export const gapItem = (gap: Gap, place: number): Item => ({ kind: "gap", key: `gap-${gap.seq}-${place}`, gap });

/** How high rows are drawn, in pixels. */
export interface RowHeights {
  readonly turn: number;
  readonly gap: number;
  call(call: Call): number;
}

/** 32 px for a name alone, 52 with a note, 54 with a bar. A bar keeps room for the note that usually follows it. */
export function rowHeight(call: Call): number {
  if (progressBar(call) !== undefined) return 54;
  return hasNote(call) ? 52 : 32;
}

export const LIST_HEIGHTS: RowHeights = { turn: 30, gap: 34, call: rowHeight };
/** Every call is one line. */
export const WATERFALL_HEIGHTS: RowHeights = { turn: 34, gap: 34, call: () => 26 };

/** Owns the shape of a benchmark and of what it reports: rows with figures of each side, and the goal where there is one. */
import type { Spread } from "./figures.ts";
import type { Rounds } from "./rounds.ts";

export type Unit = "events/s" | "calls/s" | "MB/s" | "ms" | "MB" | "KB" | "fps" | "×" | "CPU s" | "µs" | "%";

export interface Figure {
  side: string;
  value: Spread;
  unit: Unit;
}

/** A goal is about one number: a ratio, a difference or a figure of the product. */
export interface Goal {
  /** What is compared, for example "of the raw ceiling". */
  what: string;
  value: Spread;
  unit: Unit;
  bound: { atLeast: number } | { atMost: number };
}

export interface Row {
  /** `B1`…`B13`. */
  bench: string;
  what: string;
  /** The product first. */
  figures: Figure[];
  goals: Goal[];
  /** What a reader must know to read the row fairly: where a side does more or less, or what was left out and why. */
  note?: string;
}

export interface Context {
  rounds: Rounds;
  /** Small counts, to try a benchmark out; never for the record. */
  quick: boolean;
  /** The built command. */
  cli: string;
  /** Says what is going on, on standard error. */
  say: (text: string) => void;
}

export interface Benchmark {
  id: string;
  title: string;
  run(context: Context): Promise<Row[]>;
}

/** Whether the median reaches the bound. */
export function isMet(goal: Goal): boolean {
  return "atLeast" in goal.bound ? goal.value.median >= goal.bound.atLeast : goal.value.median <= goal.bound.atMost;
}

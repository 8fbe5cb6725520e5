/** Defines the shape of a benchmark and of what it reports: rows with figures of each side, and the goal where there is one. */
import type { Spread } from "./figures.ts";

export type Unit = "events/s" | "calls/s" | "MB/s" | "ms" | "MB" | "KB" | "fps" | "×" | "CPU s" | "µs" | "%";

export interface Figure {
  side: string;
  /** What the number is, where the unit alone does not tell, for example "p99". */
  name?: string;
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

/** What one measurement gives. */
export interface Measurement {
  /** The product first. */
  figures: Figure[];
  goals: Goal[];
  /** What a reader must know to read the row fairly: where a side does more or less, or what was left out and why. */
  note?: string;
}

export interface Row extends Measurement {
  /** The work. */
  what: string;
}

export interface Context {
  /** Rounds for each side. */
  rounds: number;
  /** Small counts, to try a benchmark out; never for the record. */
  quick: boolean;
  /** The built command. */
  cli: string;
  /** Says what is going on, on standard error. */
  say(text: string): void;
  /** Waits until the machine is quiet, so that nobody pays for what another side left undone. Not when it is only tried. */
  settle(): Promise<void>;
  /** Adds to the note of the row that is being measured, as something that went wrong. */
  complain(text: string): void;
  /** Measures a row and keeps it at once. When that fails, its reason stands in its place and the benchmark goes on. */
  row(what: string, measure: () => Promise<Measurement>): Promise<void>;
}

export interface Benchmark {
  /** `B1`…`B15`. */
  id: string;
  title: string;
  /** Throws when nothing more can be measured; the rows that are kept stay. */
  run(context: Context): Promise<void>;
}

/** Whether the median reaches the bound. */
export function isMet(goal: Goal): boolean {
  return "atLeast" in goal.bound ? goal.value.median >= goal.bound.atLeast : goal.value.median <= goal.bound.atMost;
}

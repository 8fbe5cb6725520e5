/** Owns latencies: from the moment something was due, not the moment it was sent, so that a stall costs all it delays. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
}

export interface Latencies {
  /** Milliseconds. */
  record(ms: number): void;
  count(): number;
  /** Milliseconds. Throws when nothing was recorded. */
  percentiles(): Percentiles;
}

/** An HDR histogram from 1 µs to 1 min, three digits exact. */
export function createLatencies(): Latencies {
  const histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  return {
    record: (ms) => histogram.record(Math.min(60_000_000, Math.max(1, Math.round(ms * 1000)))),
    count: () => histogram.count,
    percentiles() {
      if (histogram.count === 0) throw new Error("no latency was recorded");
      const at = (percent: number) => histogram.percentile(percent) / 1000;
      return { p50: at(50), p99: at(99), max: histogram.max / 1000 };
    },
  };
}

/** Where the scripted daemon writes when an event was due: nanoseconds of the shared clock, first in its message. */
const DUE = Buffer.from('"message":"');

/** Calls `due` with the due moment, in milliseconds, of every event in a piece of stream or frame. */
export function eachDue(bytes: Buffer, due: (ms: number) => void): void {
  for (let at = bytes.indexOf(DUE); at !== -1; at = bytes.indexOf(DUE, at + DUE.length)) {
    const from = at + DUE.length;
    due(Number(bytes.toString("latin1", from, bytes.indexOf(0x20, from))) / 1e6);
  }
}

/** Latencies: from the moment something was due, not the moment it was sent, so that a stall costs all it delays. */
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
  /** The same, and begins anew. */
  take(): Percentiles;
}

/** An HDR histogram from 1 µs to 1 min, three digits exact. */
export function createLatencies(): Latencies {
  const histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const latencies: Latencies = {
    record: (ms) => histogram.record(Math.min(60_000_000, Math.max(1, Math.round(ms * 1000)))),
    count: () => histogram.count,
    percentiles() {
      if (histogram.count === 0) throw new Error("no latency was recorded");
      const at = (percent: number) => histogram.percentile(percent) / 1000;
      return { p50: at(50), p99: at(99), max: histogram.max / 1000 };
    },
    take() {
      const taken = latencies.percentiles();
      histogram.reset();
      return taken;
    },
  };
  return latencies;
}

/** Where the scripted daemon writes when an event was due: nanoseconds of the shared clock, first in its message. */
const DUE = Buffer.from('"message":"');
/** Digits of those nanoseconds and the space behind them: a machine that is up for less than three years. */
const DUE_BYTES = DUE.length + 18;

/** Calls `due` with the due moment, in milliseconds, of every event in a whole frame or piece of stream. */
export function eachDue(bytes: Buffer, due: (ms: number) => void): void {
  scan(bytes, bytes.length, due);
}

/** The same for a stream that is cut anywhere: what may be the beginning of a moment waits for the next piece. */
export function createDueReader(): (bytes: Buffer, due: (ms: number) => void) => void {
  let kept: Buffer = Buffer.alloc(0);
  return (bytes, due) => {
    const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
    const end = Math.max(0, all.length - DUE_BYTES);
    const next = scan(all, end, due);
    // A copy: who reads may use its memory again.
    kept = Buffer.from(all.subarray(Math.max(next, end)));
  };
}

/** Reads those that begin before `end`; gives where the last one ended. */
function scan(bytes: Buffer, end: number, due: (ms: number) => void): number {
  let at = 0;
  for (let found = bytes.indexOf(DUE); found !== -1 && found < end; found = bytes.indexOf(DUE, at)) {
    const from = found + DUE.length;
    at = bytes.indexOf(0x20, from);
    due(Number(bytes.toString("latin1", from, at)) / 1e6);
  }
  return at;
}
